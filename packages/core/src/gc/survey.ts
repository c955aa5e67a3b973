import type { Plugin } from '../plugin.ts'
import type { Steps } from '../step/steps.ts'
import type { Going, Leftover } from './leftover.ts'
import type { OpenRuns } from './open-runs.ts'
import { ordered } from './order.ts'
import type { Stay, StayKind } from './stay.ts'

type Dated = Leftover & { readonly run: string }

/** Something that runs have left, and what becomes of it. */
export interface Judged {
  readonly kind: string
  readonly leftover: Dated
  /** Why it stays; nothing for what may be removed. */
  readonly stay?: Stay
}

export interface SurveyOptions {
  readonly plugins: readonly Plugin[]
  readonly runs: OpenRuns['runs']
  readonly restores: OpenRuns['restores']
  /** So many of each series stay, the newest ones. */
  readonly keep: number
  /** Younger things stay, in milliseconds. @default those of runs on record here go, of others 24 hours must have passed */
  readonly olderThan?: number | undefined
  readonly now: Date
}

const dayMs = 86_400_000

/** Finds what runs have left, in the order in which removing it goes well, and decides what becomes of each. */
export async function survey(t: Steps, options: SurveyOptions): Promise<Judged[]> {
  const { plugins, keep } = options
  const judged: Judged[] = []
  const held = new Map<string, string>()
  for (const { kind, find } of ordered(plugins.flatMap(({ leftovers = [] }) => leftovers))) {
    const going = goingOf(judged)
    const found = (await find(t, asGoing(going))).map((leftover) => completed(leftover, going))
    const uses = await usesOf(t, plugins, found)
    const newest = newestOf(found, keep)
    for (const leftover of found) {
      const stay =
        inUse(leftover, uses) ??
        openRun(leftover, options, held) ??
        undecided(leftover) ??
        tooYoung(leftover, options) ??
        (newest.has(leftover) ? as('newest', `it is one of the newest ${keep}`) : undefined)
      judged.push({ kind, leftover, ...(stay && { stay }) })
      if (stay && leftover.holds) held.set(leftover.run, `its run still has a hold: ${leftover.title}`)
    }
  }
  return judged
}

/** What may be removed. */
export const goingOf = (judged: readonly Judged[]): Dated[] =>
  judged.flatMap(({ leftover, stay }) => (stay ? [] : [leftover]))

const as = (why: StayKind, reason: string): Stay => ({ why, reason })

const asGoing = (going: readonly Dated[]): Going => {
  const named = (kind: string, things: readonly string[]): string[] =>
    things.flatMap((thing) => (thing.startsWith(`${kind}/`) ? thing.slice(kind.length + 1) : []))
  const things = going.map(({ thing }) => thing)
  return {
    things,
    named: (kind) => named(kind, things),
    needed: (kind) =>
      named(
        kind,
        going.flatMap(({ needed = [] }) => needed),
      ),
  }
}

/** What was needed by something that goes is of its run, and of no use since it is not. */
function completed(leftover: Leftover, going: readonly Dated[]): Dated {
  const { of, thing } = leftover
  const former = going.find((each) => each.thing === of || each.needed?.includes(thing))
  const run = leftover.run ?? former?.run ?? ''
  const since = leftover.since ?? former?.since
  return { ...leftover, run, ...(since !== undefined && { since }) }
}

/** By whom things are used that other plugins than their own know of. */
async function usesOf(
  t: Steps,
  plugins: readonly Plugin[],
  found: readonly Leftover[],
): Promise<ReadonlyMap<string, string>> {
  const uses = new Map<string, string>()
  if (found.length === 0) return uses
  for (const { users } of plugins)
    for (const { thing, by } of (await users?.(t, found)) ?? []) uses.set(thing, by)
  return uses
}

function inUse({ thing, inUse: own }: Leftover, uses: ReadonlyMap<string, string>): Stay | undefined {
  const by = uses.get(thing) ?? own
  return by === undefined ? undefined : as('in-use', by)
}

function undecided({ run, undecided: reason }: Dated): Stay | undefined {
  if (reason !== undefined) return as('undecided', reason)
  if (Number.isNaN(Date.parse(startOfRun(run))))
    return as('undecided', `"${run}" is no id of a run: somebody else has named it so`)
  return undefined
}

function openRun(
  { thing, run }: Dated,
  { runs, restores }: OpenRuns,
  held: ReadonlyMap<string, string>,
): Stay | undefined {
  const reason = runs[run] ?? restores[thing] ?? held.get(run)
  return reason === undefined ? undefined : as('open-run', reason)
}

function tooYoung(leftover: Dated, { olderThan, runs, now }: SurveyOptions): Stay | undefined {
  const limit = olderThan ?? (leftover.run in runs ? 0 : dayMs)
  if (ageOf(leftover, now) >= limit) return undefined
  return as(
    'young',
    olderThan === undefined
      ? 'its run is not on record here, and began less than a day ago: it may still go on'
      : 'it is younger than that',
  )
}

/** How old something is, in milliseconds. */
export const ageOf = ({ run, since }: Dated, now: Date): number =>
  now.getTime() - Date.parse(since ?? startOfRun(run))

/** When a run began, as its id says. */
function startOfRun(run: string): string {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(run) ?? []
  return `${y}-${mo}-${d}T${h}:${mi}:${s}Z`
}

function newestOf(found: readonly Dated[], keep: number): ReadonlySet<Leftover> {
  const series = new Map<string, Dated[]>()
  for (const leftover of found)
    if (leftover.series !== undefined)
      series.set(leftover.series, [...(series.get(leftover.series) ?? []), leftover])
  return new Set(
    [...series.values()].flatMap((each) =>
      each.sort((one, other) => (one.run < other.run ? 1 : -1)).slice(0, keep),
    ),
  )
}
