import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { ViridianError } from '../error.ts'
import { digestOf, isDigestOf } from '../journal/secret-digest.ts'

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

/** The digest of an input as a journal holds it. By that of one that holds a secret nobody is to guess at it. */
export const recordedDigest = (input: unknown, holdsSecret: boolean): string =>
  holdsSecret ? digestOf(canonical(input)) : inputDigest(input)

export const isDigestOfInput = (recorded: string, input: unknown): boolean =>
  recorded.includes('.') ? isDigestOf(recorded, canonical(input)) : recorded === inputDigest(input)

/** The same at every try of a step, different between steps and runs: at most 40 characters of `[a-z0-9-]`. */
export const tokenOf = (run: string, key: string): string => `${run}-${digest(`${run} ${key}`).slice(0, 12)}`

// What is called within a scope's body, as deep as it may be.
const around = new AsyncLocalStorage<{ readonly scope: string; readonly title: string }>()

/** Runs the body of a scope, within which keys are handed out by this scope and those inside of it alone. */
export const within = <Result>(scope: string, title: string, body: () => Result): Result =>
  around.run({ scope, title }, body)

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

  /** @throws ViridianError `E_SCOPE_OUTER` from within a scope that this one is not inside of */
  claim(name: string): string {
    const inside = around.getStore()
    if (inside && !`${this.#scope}/`.startsWith(`${inside.scope}/`)) throw outer(name, inside.title)
    const ordinal = this.#next.get(name) ?? 0
    this.#next.set(name, ordinal + 1)
    return `${this.#scope}/${name}#${ordinal}`
  }
}

const outer = (name: string, title: string): ViridianError =>
  new ViridianError('E_SCOPE_OUTER', `within "${title}", ${name} is asked of a t from outside of it`, {
    hint: 'take the t that its function is handed: by that, what runs side by side is told apart when the run is resumed',
  })
