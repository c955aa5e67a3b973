import type { Json } from '../json.ts'
import { bare, placeInWhole } from './bare.ts'
import { type Spellings, spelled, spelledHexadecimal } from './spelling.ts'
import { withTexts } from './texts.ts'

const shortest = 4
/** What stands in the place of a secret. */
export const masked = '[masked]'

/** Secrets, replaced wherever text leaves. */
export class Mask {
  readonly #forms = new Map<string, Spellings>()
  #pattern: RegExp | undefined
  /** Matches wherever the pattern may, in a fraction of its time. */
  #anchors = /^/
  #beginnings: RegExp | undefined
  #longest = 0
  #tellShort: (() => void) | undefined

  /** @param tellShort called once when a secret is given that is too short to be masked */
  constructor(tellShort?: () => void) {
    this.#tellShort = tellShort
  }

  /** Values of fewer than four characters are not masked: they would blot out ordinary text. */
  add(secret: string): void {
    if (secret !== '' && isShort(secret)) {
      this.#tellShort?.()
      this.#tellShort = undefined
    }
    const before = this.#forms.size
    for (const form of formsOf(secret)) this.#forms.set(form.source, form)
    if (this.#forms.size === before) return
    // The longest first: of a secret that begins with another one, no rest may stay.
    const forms = [...this.#forms.values()].sort((one, other) => other.longest - one.longest)
    this.#longest = forms[0]?.longest ?? 0
    this.#pattern = new RegExp(forms.map(({ source }) => source).join('|'), 'g')
    const anchors = new Set(forms.map(({ anchor }) => anchor))
    this.#beginnings = undefined
    this.#anchors = new RegExp([...anchors].map((anchor) => anchor.replaceAll('.', '\\.')).join('|'))
  }

  text(text: string): string {
    if (this.#pattern === undefined) return text
    const shown = this.#hide(text)
    // Colours within a secret would hide it here, and a screen would show it.
    const seen = bare(shown)
    if (seen === shown) return shown
    const clean = this.#hide(seen)
    return clean === seen ? shown : clean
  }

  #hide(text: string): string {
    if (this.#pattern === undefined || !this.#anchors.test(text)) return text
    return text.replace(this.#pattern, masked)
  }

  /** The last place where a text that goes on may be cut: no secret stands across it, nor can one that is still to come. */
  last(text: string): number {
    return this.#cut(text, this.#begun(bare(text)), this.#begun(text))
  }

  /** The first place where a text whose beginning is missing may begin: no rest of a secret stands behind it. */
  first(text: string): number {
    return this.#cut(text, Math.min(bare(text).length, this.#longest))
  }

  /**
   * The nearest place before one in the bare text where no secret is cut through: as it is seen, and as it is, since what
   * looks like a colour may eat the beginning of a secret.
   *
   * @param most - in the whole text
   */
  #cut(text: string, place: number, most = text.length): number {
    const seen = bare(text)
    const inWhole = placeInWhole(text, this.#before(seen, place))
    return seen === text ? inWhole : this.#before(text, Math.min(inWhole, most))
  }

  /** Where the end of a text begins that may be the beginning of a secret. */
  #begun(text: string): number {
    if (this.#forms.size === 0) return text.length
    this.#beginnings ??= endingWith([...this.#forms.values()].map(({ begun }) => begun))
    const from = Math.max(0, text.length - this.#longest)
    const at = text.slice(from).search(this.#beginnings)
    return at < 0 ? text.length : from + at
  }

  /** The place itself, or the beginning of the secret, or the character, that stands across it. */
  #before(text: string, place: number): number {
    const near = text.slice(0, place + this.#longest)
    const found = this.#pattern && this.#anchors.test(near) ? near.matchAll(this.#pattern) : []
    for (const { index, 0: secret } of found) {
      if (index >= place) break
      if (index + secret.length > place) return index
    }
    return /^[\uDC00-\uDFFF]/.test(text.slice(place, place + 1)) ? place - 1 : place
  }

  /** The same value with every string in it masked. */
  deep<Value>(value: Value): Value {
    return this.#pattern === undefined ? value : withTexts(value, (text) => this.text(text))
  }

  /** The same with every text, name of a member, and number that is a secret as a whole masked; itself where there is none. */
  json(value: Json): Json {
    if (this.#pattern === undefined) return value
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') return this.text(String(value)) === masked ? masked : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const items = value.map((item) => this.json(item))
      return items.some((item, index) => item !== value[index]) ? items : value
    }
    const members = Object.entries(value).map(([name, member]) => {
      const now = [this.text(name), this.json(member)] as const
      return { now, isNew: now[0] !== name || now[1] !== member }
    })
    return members.some(({ isNew }) => isNew) ? Object.fromEntries(members.map(({ now }) => now)) : value
  }
}

const endingWith = (parts: readonly string[]): RegExp => new RegExp(`(?:${parts.join('|')})$`)

/** A secret and its lines as they may stand in a text, and what shows of it in base64 and hexadecimal. */
function formsOf(secret: string): Spellings[] {
  const texts = [secret, ...secret.split(/\r?\n/)].filter((text) => !isShort(text))
  if (isShort(secret)) return []
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset))
  const lines = [64, 76].flatMap((width) => linesOf(bytes.toString('base64'), width))
  return [
    ...texts.map((text) => spelled(text)),
    ...[...base64, ...lines].filter((text) => !isShort(text)).map((text) => spelled(text, urlAlphabet)),
    spelledHexadecimal(bytes.toString('hex')),
  ]
}

const isShort = (text: string): boolean => text.trim().length < shortest

const urlAlphabet = { '+': '-', '/': '_' }

/** What shows of a secret in the base64 of a longer text, such as `user:secret`, that it stands `offset` bytes into. */
function base64Within(secret: Buffer, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), secret])
  const whole = bytes.toString('base64').replace(/=+$/, '')
  // The characters at both ends carry bits of the neighbours too.
  const from = offset === 0 ? 0 : offset + 1
  return whole.slice(from, bytes.length % 3 === 0 ? undefined : -1)
}

/** The lines that programs break base64 into; none of what stands in one. */
const linesOf = (base64: string, width: number): readonly string[] =>
  base64.length > width ? (base64.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : []
