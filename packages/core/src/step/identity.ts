import { createHash } from 'node:crypto'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** JSON with its keys in order, so that equal inputs have equal digests. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** The digest of a step's input: what its key alone does not say. */
export const inputDigest = (input: unknown): string => digest(canonical(input)).slice(0, 16)

/** The same at every try of a step, different between steps and runs: at most 40 characters of `[a-z0-9-]`. */
export const tokenOf = (run: string, key: string): string => `${run}-${digest(`${run} ${key}`).slice(0, 12)}`

/**
 * Hands out the keys of one scope. A key is its scope, a name and an ordinal, given at the moment of the call: in
 * one scope steps are asked for in a fixed order, and what runs side by side has scopes of its own.
 */
export class Keys {
  readonly #scope: string
  readonly #next = new Map<string, number>()

  constructor(scope: string) {
    this.#scope = scope
  }

  claim(name: string): string {
    const ordinal = this.#next.get(name) ?? 0
    this.#next.set(name, ordinal + 1)
    return `${this.#scope}/${name}#${ordinal}`
  }
}
