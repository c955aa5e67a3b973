import { type StepContext, ViridianError } from '@viridian/core'
import type { Difference } from './replica.ts'

/**
 * Says at the end of the run in what a copy differs from its original, and fails when it differs in more than it must.
 *
 * @param what the pair, for people: `group web and its copy web--20261125-1`
 * @throws ViridianError `E_REPLICA_DIFFERS` with every member that should be equal
 *
 * @example
 * ```ts
 * sayCompared(c, 'group web and its copy web--1', [
 *   { member: 'group web: CreatedTime', original: '"2026-11-23"', copy: '"2026-11-25"', expected: true },
 * ])
 * ```
 */
export function sayCompared(c: StepContext, what: string, found: readonly Difference[]): void {
  const unexpected = found.filter(({ expected }) => !expected)
  const expected = found.filter((difference) => difference.expected)
  const members = expected.map(({ member }) => member.slice(member.indexOf(': ') + 2))
  c.emit({
    kind: 'replica.compared',
    data: { what, expected, unexpected },
    text: [
      `Compared ${what}: ${[...new Set(members)].join(', ') || 'nothing'} differ${members.length === 1 ? 's' : ''}, as they must`,
    ],
    atEnd: true,
  })
  if (unexpected.length === 0) return
  throw new ViridianError(
    'E_REPLICA_DIFFERS',
    unexpected
      .map(({ member, original, copy }) => `${member} is ${copy}, and should be ${original}`)
      .join('; '),
    {
      hint: 'somebody has changed the original meanwhile, or AWS took the copy otherwise: run the task again',
    },
  )
}
