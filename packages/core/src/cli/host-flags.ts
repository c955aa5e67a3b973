import type { Command } from 'commander'
import { ViridianError } from '../error.ts'
import { failedHosts } from '../run/failed-hosts.ts'
import { RunStore } from '../run/store.ts'
import type { HostChoice } from '../task/host-choice.ts'
import { splitHosts } from '../task/host-pattern.ts'
import type { Project } from './project.ts'

/** What the host flags of a command line hold. */
export interface HostFlags {
  readonly role?: readonly string[]
  readonly hosts?: readonly string[]
  readonly limit?: string
  readonly except?: readonly string[]
  readonly failed?: boolean
}

const list = (text: string, before: readonly string[] = []): string[] => [...before, ...splitHosts(text)]

/** An empty one is a variable of a script that was not set, and means nobody less than all. */
const namesOf =
  (flag: string) =>
  (text: string, before?: readonly string[]): string[] => {
    if (splitHosts(text).length > 0) return list(text, before)
    throw new ViridianError('E_USAGE', `${flag} "${text}" names nothing`, {
      hint: 'name some, or leave it out',
    })
  }

/**
 * Adds the flags that choose among hosts.
 *
 * @param last - the run that `--failed` means
 */
export function withHostFlags(own: Command, last = 'the last run'): Command {
  return own
    .option('--role <names>', 'only hosts of these roles', namesOf('--role'))
    .option('--hosts <names>', 'only these hosts: a,b, web-*, web-[1-9]', namesOf('--hosts'))
    .option('--limit <number|names>', 'at most so many hosts of each role, or only these of them')
    .option('--except <names>', 'not these hosts', list)
    .option('--failed', `only the hosts that ${last} has failed on, or not reached`)
}

/** The host flags, and the other ones. */
export function splitFlags(given: Readonly<Record<string, unknown>>): {
  hostFlags: HostFlags
  flags: Readonly<Record<string, unknown>>
} {
  const { role, hosts, limit, except, failed, ...flags } = given
  // As withHostFlags has declared them: commander hands on nothing else under these names.
  return { hostFlags: { role, hosts, limit, except, failed } as HostFlags, flags }
}

/**
 * Which hosts are meant; undefined: all.
 *
 * @param task - whose last run `--failed` means; left out: that of any task, or of none
 * @throws ViridianError `E_USAGE`, `E_RUN_NONE`
 */
export async function choiceOf(
  flags: HostFlags,
  project: Project,
  stage: string,
  task?: string,
): Promise<HostChoice | undefined> {
  const { role, hosts, limit, except, failed } = flags
  if (!role && !hosts && limit === undefined && !except && !failed) return undefined
  const run = { stage, ...(task !== undefined && { task }) }
  return {
    ...(role && { roles: role }),
    ...(hosts && { hosts }),
    ...(limit !== undefined && { limit: limitOf(limit) }),
    ...(except && { except }),
    ...(failed && { failed: await failedHosts(new RunStore(project.stateDirectory), run) }),
  }
}

function limitOf(text: string): number | readonly string[] {
  if (!/^\d+$/.test(text)) return namesOf('--limit')(text)
  if (Number(text) > 0) return Number(text)
  throw new ViridianError('E_USAGE', '--limit 0 leaves no host', {
    hint: 'give a number of hosts, or names and patterns',
  })
}
