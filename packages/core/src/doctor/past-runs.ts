import { hostname } from 'node:os'
import { basename } from 'node:path'
import { FileLocks } from '../run/file-locks.ts'
import { hasLapsed, type Lease, lapseOf } from '../run/lease.ts'
import { runLock } from '../run/lock.ts'
import { type RunLine, runLines } from '../run/run-lines.ts'
import type { Check, Finding } from './check.ts'
import { failure } from './failure.ts'

const group = 'Runs'
const most = 5

/** What earlier runs have left open, and locks that nobody holds any more. */
export const pastRunChecks = (stage: string): readonly Check[] => [
  {
    name: 'runs/open',
    group,
    title: 'the runs on record',
    run: async ({ stateDirectory }) => runFindings(await runLines(stateDirectory), stage),
  },
  {
    name: 'runs/locks',
    group,
    title: 'the locks',
    run: async ({ stateDirectory }) => lockFindings(await new FileLocks(stateDirectory).list()),
  },
]

/** @param stage - what is left on another one stands in nobody's way here */
export function runFindings(runs: readonly RunLine[], stage: string): Finding[] {
  const open = runs.flatMap((run) => openFinding(run, stage))
  if (open.length === 0) {
    const says = runs.length === 0 ? 'none yet' : `${runs.length} on record, none of them open`
    return [{ verdict: 'ok', says }]
  }
  const problems = open.filter(({ verdict }) => verdict === 'problem')
  const told = [...problems, ...open.filter(({ verdict }) => verdict !== 'problem')]
  if (told.length <= most) return told
  const verdict = problems.length > most ? 'problem' : 'warning'
  return [
    ...told.slice(0, most),
    { verdict, says: `${told.length - most} more are open`, hint: 'tasks runs' },
  ]
}

function openFinding(line: RunLine, here: string): Finding[] {
  const { run, task, stage, state, until, leftovers, remedy, error } = line
  if (state === 'damaged' || state === 'unreadable')
    return [{ verdict: 'problem', says: error?.message ?? state, hint: error?.hint, place: error?.place }]
  const on = stage === here ? '' : ` on stage ${stage}`
  const what = `${task}${on}, run ${run},`
  if (state === 'running')
    return [
      {
        verdict: 'warning',
        says: `${what} goes on, by ${line.by}`,
        hint: 'wait for its end: what it locks is refused to others',
      },
    ]
  if (state === 'kept')
    return [
      {
        verdict: 'warning',
        says: `${what} keeps its way back open until ${until}`,
        hint: `tasks rollback ${run}, or tasks resume ${run}`,
      },
    ]
  if (remedy === null) return []
  const left =
    leftovers.length === 0
      ? 'has left nothing'
      : `has left ${leftovers.length === 1 ? leftovers[0] : `${leftovers.length} things`}`
  const ended = state === 'crashed' ? 'crashed' : 'failed'
  const verdict = leftovers.length > 0 && stage === here ? 'problem' : 'warning'
  return [{ verdict, says: `${what} ${ended} and ${left}`, hint: remedy }]
}

type Locks = Awaited<ReturnType<FileLocks['list']>>

export function lockFindings(locks: Locks): Finding[] {
  const unread = locks.flatMap(({ lease }) => (lease instanceof Error ? [failure(lease)] : []))
  const lapsed = new Map<string, { lease: Lease; names: string[] }>()
  for (const { file, lease } of locks) {
    if (lease instanceof Error || !hasLapsed(lease, hostname())) continue
    const { names } = lapsed.get(lease.run) ?? { names: [] }
    lapsed.set(lease.run, { lease, names: [...names, nameOf(file)] })
  }
  return [
    ...unread,
    ...[...lapsed.values()].map(
      ({ lease, names }): Finding => ({
        verdict: 'warning',
        says: `${besideItsOwn(names, lease).sort().join(', ')}: locked by run ${lease.run} of ${lease.user}@${lease.host}, ${lapseOf(lease, hostname())}`,
        hint: 'the next run that needs it takes it over; "tasks runs" says what became of that one',
      }),
    ),
  ]
}

/** A run's lock on itself says nothing where there are others. */
function besideItsOwn(names: readonly string[], { run }: Lease): string[] {
  const others = names.filter((name) => name !== runLock(run))
  return others.length > 0 ? others : [...names]
}

/** A lock's name, from that of its file. */
const nameOf = (file: string): string => decodeURIComponent(basename(file, '.json'))
