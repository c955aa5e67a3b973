import { bare, placeInWhole } from './bare.ts'
import { withTexts } from './texts.ts'

const shortest = 4
const masked = '[masked]'

/** Secrets, replaced wherever text leaves. */
export class Mask {
  readonly #secrets = new Set<string>()
  #pattern: RegExp | undefined
  #longest = 0
  #tellShort: (() => void) | undefined

  /** @param tellShort called once when a secret is given that is too short to be masked */
  constructor(tellShort?: () => void) {
    this.#tellShort = tellShort
  }

  /** Values of fewer than four characters are not masked: they would blot out ordinary text. */
  add(secret: string): void {
    if (secret !== '' && secret.trim().length < shortest) {
      this.#tellShort?.()
      this.#tellShort = undefined
    }
    const before = this.#secrets.size
    for (const form of formsOf(secret)) if (form.trim().length >= shortest) this.#secrets.add(form)
    if (this.#secrets.size === before) return
    // The longest first: of a secret that begins with another one, no rest may stay.
    const forms = [...this.#secrets].sort((one, other) => other.length - one.length)
    this.#longest = forms[0]?.length ?? 0
    this.#pattern = new RegExp(forms.map(literal).join('|'), 'g')
  }

  text(text: string): string {
    if (this.#pattern === undefined) return text
    const shown = text.replace(this.#pattern, masked)
    // Colours within a secret would hide it here, and a screen would show it.
    const seen = bare(shown)
    if (seen === shown) return shown
    const clean = seen.replace(this.#pattern, masked)
    return clean === seen ? shown : clean
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
    for (let at = Math.max(0, text.length - this.#longest + 1); at < text.length; at += 1) {
      const end = text.slice(at)
      for (const secret of this.#secrets) if (secret.startsWith(end)) return at
    }
    return text.length
  }

  /** The place itself, or the beginning of the secret, or the character, that stands across it. */
  #before(text: string, place: number): number {
    for (const { index, 0: secret } of this.#pattern
      ? text.slice(0, place + this.#longest).matchAll(this.#pattern)
      : []) {
      if (index >= place) break
      if (index + secret.length > place) return index
    }
    return /^[\uDC00-\uDFFF]/.test(text.slice(place, place + 1)) ? place - 1 : place
  }

  /** The same value with every string in it masked. */
  deep<Value>(value: Value): Value {
    return this.#pattern === undefined ? value : withTexts(value, (text) => this.text(text))
  }
}

/** A secret as it stands in ordinary text, URLs, shell words, JSON and base64. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  ...secret.split(/\r?\n/),
  encodeURIComponent(secret),
  secret.replaceAll("'", "'\\''"),
  JSON.stringify(secret).slice(1, -1),
  ...[0, 1, 2].map((offset) => base64Within(secret, offset)),
]

/** What shows of a secret in the base64 of a longer text, such as `user:secret`, that it stands `offset` bytes into. */
function base64Within(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  const whole = bytes.toString('base64').replace(/=+$/, '')
  // The characters at both ends carry bits of the neighbours too.
  const from = offset === 0 ? 0 : offset + 1
  return whole.slice(from, bytes.length % 3 === 0 ? undefined : -1)
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
