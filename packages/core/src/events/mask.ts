import { bare } from './bare.ts'
import { withTexts } from './texts.ts'

const shortest = 4
const masked = '[masked]'

/** Secrets, replaced wherever text leaves. */
export class Mask {
  readonly #secrets = new Set<string>()
  #pattern: RegExp | undefined

  /** Values of fewer than four characters are not masked: they would blot out ordinary text. */
  add(secret: string): void {
    const before = this.#secrets.size
    for (const form of formsOf(secret)) if (form.trim().length >= shortest) this.#secrets.add(form)
    if (this.#secrets.size === before) return
    // The longest first: of a secret that begins with another one, no rest may stay.
    const forms = [...this.#secrets].sort((one, other) => other.length - one.length)
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
