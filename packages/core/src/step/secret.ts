import type { z } from 'zod'

let heard: string[] | undefined

/**
 * Marks a text of a step's input as a secret, which its schema alone knows to be one: it is masked wherever text leaves, and
 * in the journal. A resume compares it with a salted digest. An undo is given `[masked]` in its place: what it needs besides
 * has to say where the secret is, and not what it is.
 *
 * @example
 * ```ts
 * const input = z.strictObject({ user: z.string(), password: secret(z.string()) })
 * ```
 */
export const secret = <Schema extends z.ZodType<string>>(schema: Schema): Schema =>
  schema.refine((value) => {
    heard?.push(value)
    return true
  })

/** What schemas mark as secret in what is parsed meanwhile. */
export function hearSecrets<Value>(parse: () => Value): {
  readonly value: Value
  readonly secrets: string[]
} {
  const secrets: string[] = []
  heard = secrets
  try {
    return { value: parse(), secrets }
  } finally {
    heard = undefined
  }
}
