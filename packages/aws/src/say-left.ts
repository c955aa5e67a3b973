import type { StepContext } from '@viridian/core'

/**
 * Says at the end of the run that what was to be removed is still there: somebody has begun to use it.
 *
 * @example
 * ```ts
 * sayLeft(c, 'image ami-0123456789abcdef0', 'i-0123456789abcdef0 was launched from it')
 * ```
 */
export function sayLeft(c: StepContext, what: string, reason: string): void {
  const text = [`Left: ${what}: ${reason}`]
  c.emit({ kind: 'aws.left', data: { what, reason }, text, atEnd: true })
}
