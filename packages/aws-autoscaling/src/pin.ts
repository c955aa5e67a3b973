import { type Fleet, pinTag, type ReplacementSettings } from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { tagGroup, untagGroup } from './group-tag.ts'
import { changeMax } from './max-size.ts'
import { pinText, replacementMark, sourceMark } from './pin-tag.ts'
import { readinessOf, readReadiness } from './preflight.ts'
import { resumeProcesses, suspendProcesses } from './processes.ts'
import { changeReplacement, replacesNone } from './replacement.ts'
import { seeHeld } from './see-held.ts'

/** What would launch or end instances behind a deployment's back. */
const pinnedProcesses = ['AZRebalance', 'AlarmNotification', 'ScheduledActions', 'ReplaceUnhealthy']

/** What was done to hold a group still: plain data, for `unpin`. */
export interface Pin {
  /** The group's name. */
  readonly group: string
  /** The value of the tag `viridian:pin`: what to give back, readable from any machine. */
  readonly tag: string
  /** Those that were not suspended before. */
  readonly processes: readonly string[]
  /** The group's max before, and while it is pinned: the same where there was room already. */
  readonly max: { readonly from: number; readonly to: number }
  /** By what it replaced instances that are well, which it does not meanwhile; absent where it did not, or still does. */
  readonly replacement?: ReplacementSettings
}

/** How much room a pinned group is given, and what it goes on doing by itself. */
export interface PinOptions {
  /** How many instances will be attached on top. @default as many as the group wants */
  readonly room?: number
  /**
   * Whether the group goes on replacing its instances, unhealthy or not, as one that is kept for the way back must.
   *
   * @default false
   */
  readonly heals?: boolean
}

/** Holds a group still: see `AutoScaling.pin`. */
export function pin(
  t: Steps,
  fleet: Fleet,
  { room = fleet.desired, heals = false }: PinOptions,
): Promise<Pin> {
  const made = pinOf(t, fleet, { room, heals })
  const readiness = readinessOf(fleet, room)
  const { group, processes, max, replacement } = made
  return t.move({ name: 'pin', title: `pin ${group}` }, async (t) => {
    await t.step(readReadiness, readiness)
    await t.step(tagGroup, { group, key: pinTag, value: made.tag })
    await t.step(seeHeld, { group, tag: made.tag })
    if (processes.length > 0) await t.step(suspendProcesses, { group, processes: [...processes] })
    if (replacement) await t.step(changeReplacement, { group, from: replacement, to: replacesNone })
    if (max.to !== max.from) refuseLess(group, max, await t.step(changeMax, { group, ...max }))
    // What the processes had begun before they were suspended.
    await t.step(readReadiness, { ...readiness, pin: made.tag })
    return made
  })
}

function refuseLess(group: string, { from, to }: Pin['max'], now: { readonly max: number }): void {
  if (now.max >= to) return
  throw new ViridianError(
    'E_GROUP_CHANGED',
    `max of ${group} is ${now.max} now, and was ${from} when it was described`,
    { hint: 'somebody else is changing the group: run the task again when they are done' },
  )
}

/** Lets a group go: see `AutoScaling.unpin`. */
export function unpin(t: Steps, { group, tag, processes, max, replacement }: Pin): Promise<void> {
  return t.move({ name: 'unpin', title: `unpin ${group}` }, async (t) => {
    if (max.to !== max.from) await t.step(changeMax, { group, from: max.to, to: max.from })
    if (replacement) await t.step(changeReplacement, { group, from: replacesNone, to: replacement })
    if (processes.length > 0) await t.step(resumeProcesses, { group, processes: [...processes] })
    await t.step(untagGroup, { group, key: pinTag, value: tag })
  })
}

function pinOf({ runId: run, by }: Steps, fleet: Fleet, { room, heals }: Required<PinOptions>): Pin {
  const processes = pinnedProcesses
    .filter((process) => !fleet.suspended.includes(process))
    .filter((process) => !heals || process !== 'ReplaceUnhealthy')
  const max = { from: fleet.max, to: Math.max(fleet.max, fleet.desired + room) }
  const source = sourceMark(fleet.launch.source)
  const replacement = heals ? undefined : fleet.replacement
  const said = { run, by, max: max.from, processes, ...replacementMark(replacement), source }
  return { group: fleet.name, tag: pinText(said), processes, max, ...(replacement && { replacement }) }
}
