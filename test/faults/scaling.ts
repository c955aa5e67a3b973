import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonEvent } from '../project.ts'
import type { Field, Subject } from './field.ts'

/**
 * What Auto Scaling does by itself while a group is pinned: its alarms go off, a scheduled action comes due, or it finds a
 * new instance unhealthy and replaces it.
 */
export type Scaling = 'alarm' | 'schedule' | 'replacement'

/** A group of one is out of service while its instance is replaced, whoever deploys. */
export const scalingsOf = ({ size }: Subject): Scaling[] => [
  'alarm',
  'schedule',
  ...(size > 1 ? (['replacement'] as const) : []),
]

const dueInMs = 1_500

export interface StartedScaling {
  /** Told of every event of the run. */
  hear(event: JsonEvent, run: string | undefined): void
  /** Resolves once it is over: whoever goes on with the run meets a group that is left alone. */
  over(): Promise<void>
}

/** Lets it happen at its moment, once. */
export function startScaling(scaling: Scaling, { account }: Field): StartedScaling {
  let done: Promise<void> | undefined
  let taken: Promise<void> | undefined
  const moment = scaling === 'replacement' ? 'attach' : 'pin'
  const happen = async (run: string | undefined): Promise<void> => {
    if (scaling === 'alarm') return account.ring()
    if (scaling === 'schedule') {
      const [group] = await pinnedGroups(account)
      if (group) await account.schedule(group.name, new Date(Date.now() + dueInMs), group.desired + 1)
      return sleep(dueInMs)
    }
    const own = (await account.instances()).find(({ tags }) => tags['viridian:run'] === run)
    if (own) await account.sicken(own.id)
  }
  return {
    hear: ({ kind, step }, run) => {
      if (kind === 'step.finished' && step === moment) done ??= happen(run)
      // What comes due behind the pin is nobody's fault.
      if (kind === 'undo.started' && scaling === 'schedule') taken ??= account.unschedule()
    },
    over: async () => {
      await taken
      await done
      if (scaling === 'schedule') await account.unschedule()
    },
  }
}

async function pinnedGroups(account: Field['account']) {
  const names = await account.groupNames()
  const groups = await Promise.all(names.map((name) => account.group(name)))
  return groups
    .filter(({ tags }) => 'viridian:pin' in tags)
    .map(({ name, sizes: [, desired = 0] }) => ({ name, desired }))
}
