import { elapsed } from '../duration.ts'
import type { FoundLeftover } from '../events/event.ts'
import type { Colors } from './colors.ts'
import { columns } from './columns.ts'

/** What `tasks gc` has found: what may go, what stays for a reason of its own, and how many are simply needed. */
export function leftoverLines(found: readonly FoundLeftover[], { bold, dim, red, yellow }: Colors): string[] {
  const going = found.filter(({ stays }) => stays === undefined)
  const odd = found.filter(({ stays }) => stays && !/^(in-use|newest)$/.test(stays.why))
  const rows = columns(going.map(({ title, run, ageMs }) => [title, `run ${run}`, `${elapsed(ageMs)} old`]))
  const kept = columns(odd.map(({ title, stays }) => [title, stays?.reason ?? '']))
  const counts = [
    countLine('in use', found, 'in-use', dim),
    countLine('kept as the newest', found, 'newest', dim),
  ]
  return [
    '',
    ...(rows.length > 0 ? [bold('To remove')] : ['Nothing to remove.']),
    ...rows.map((row) => `  ${red('-')} ${row}`),
    ...(kept.length > 0 ? [bold('Stays')] : []),
    ...kept.map((row) => `  ${yellow('•')} ${row}`),
    ...counts.flat(),
    '',
  ]
}

function countLine(
  label: string,
  found: readonly FoundLeftover[],
  why: string,
  dim: (text: string) => string,
): string[] {
  const kinds = new Map<string, number>()
  for (const { kind, stays } of found) if (stays?.why === why) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  if (kinds.size === 0) return []
  const counts = [...kinds].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`)
  return [dim(`  ${label}: ${counts.join(', ')}`)]
}
