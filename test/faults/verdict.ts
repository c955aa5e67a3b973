import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Field, Told } from './field.ts'
import { type Inventory, likenessOf } from './likeness.ts'
import { openIn } from './unsettled.ts'

/** What a command's end promises. */
export interface Promised {
  /** The state of the fleet that its exit code tells of. */
  readonly end: 'green' | 'blue' | undefined
  /** The command that it names for what is left. */
  readonly next: string | undefined
  readonly violation: string | undefined
}

const promised = (end: Promised['end'], next?: string, violation?: string): Promised => ({
  end,
  next,
  violation,
})

/** What the end of a command tells a person to expect, and to do. */
export function expectation(command: string, { exitCode, events, stdout, stderr }: Told): Promised {
  const screen = stdout + stderr
  switch (exitCode) {
    case 0:
      return promised(command === 'rollback' ? 'blue' : 'green')
    case 1:
    case 130:
      if (command === 'rollback') return promised('blue', undefined, `rollback ended with ${exitCode}`)
      return promised('blue')
    case 2:
      // A run on its way back cannot go on, and one behind its commit cannot go back: each names the other command.
      if (/E_RUN_UNDOING/.test(screen) && command === 'resume') return promised(undefined, 'rollback')
      if (/E_RUN_COMMITTED/.test(screen) && command === 'rollback') return promised(undefined, 'resume')
      return promised(undefined, undefined, `${command} is not understood: ${screen.slice(-600)}`)
    case 3: {
      const remedy = events.findLast(({ kind }) => kind === 'run.finished')?.remedy
      const next = /^tasks (resume|rollback) /.exec(String(remedy))?.[1]
      if (next !== undefined) return promised(undefined, next)
      return promised(undefined, undefined, 'exit code 3 without the command that finishes what is left')
    }
    default:
      return promised(undefined, undefined, `${command} ended with ${exitCode ?? 'nothing: it hung'}`)
  }
}

export interface Ended {
  readonly end: 'green' | 'blue' | undefined
  /** The inventory of the account before. */
  readonly before: Inventory
  /** How many instances served before. */
  readonly blue: number
  readonly release: string
  readonly run: string | undefined
  /** A host was terminated: requests may have died with it. */
  readonly mayDie: boolean
  /** Auto Scaling itself has taken one out, to replace it. */
  readonly mayDip?: boolean
}

/**
 * What is not as it must be: asked of the cloud and of the visitors. Of the product only its own records are looked at, and
 * whether its clean-up finds what the cloud does not have.
 */
export async function violationsOf(field: Field, ended: Ended): Promise<string[]> {
  const found = await settled(
    ended.end === 'green' ? () => notGreen(field, ended) : () => notBlue(field, ended),
  )
  found.push(...(await openIn(field.project.directory, ended.run, ended.end)))
  if (ended.end === 'blue' && ended.run !== undefined) found.push(...(await leftoversOf(field, ended.run)))
  const { asked, failures, died } = field.visitors.take()
  const lowest = field.takeLowest()
  if (asked === 0) found.push('no visitor asked for anything')
  if (failures.length > 0) found.push(`${failures.length} of ${asked} requests failed: ${failures[0]}`)
  if (died.length > 0 && !ended.mayDie) found.push(`${died.length} requests died with ${died[0]}`)
  if (lowest < ended.blue - (ended.mayDip ? 1 : 0))
    found.push(
      `only ${lowest} of ${ended.blue} instances were in service behind the name, or in a target group`,
    )
  return found
}

const settlesWithinMs = 15_000

/** The last look's violations; a cloud takes a while to end what was told to end. */
async function settled(look: () => Promise<string[]>): Promise<string[]> {
  for (const end = Date.now() + settlesWithinMs; ; await sleep(500)) {
    const found = await look()
    if (found.length === 0 || Date.now() > end) return found
  }
}

async function notBlue(field: Field, { before, run }: Ended): Promise<string[]> {
  const now = await field.account.inventory()
  const different = changes(before, now)
  const marked = run !== undefined && JSON.stringify(now).includes(run)
  return marked ? [...different, `something still bears the name of run ${run}`] : different
}

/** What is not as it was of what was there before. */
function changes(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(before).flatMap(([what, value]) =>
    JSON.stringify(now[what]) === JSON.stringify(value)
      ? []
      : [`${what} are not as before: ${difference(value, now[what])}`],
  )
}

function difference(before: unknown, now: unknown): string {
  const lines = (value: unknown): string[] =>
    (Array.isArray(value) ? value : [value]).map((each) => JSON.stringify(each))
  const gone = lines(before).filter((line) => !lines(now).includes(line))
  const come = lines(now).filter((line) => !lines(before).includes(line))
  return `- ${gone.join(' ')} + ${come.join(' ')}`
}

async function notGreen(field: Field, { before, blue, release }: Ended): Promise<string[]> {
  const { account, cloud } = field
  const served = await account.behind(cloud.names.record)
  const instances = await account.instances()
  const ids = instances.map(({ id }) => id).sort()
  const now = await account.inventory()
  const { groups } = now
  const live = groups.filter(({ instances }) => instances.length > 0)
  const versions = await Promise.all(instances.map(({ address }) => versionOn(address)))
  const found: string[] = []
  if (instances.length !== blue) found.push(`${instances.length} instances run, not ${blue}`)
  if (served.join() !== ids.join())
    found.push(`of ${ids.length} instances ${served.length} are in service behind the name`)
  for (const { name, healthy } of await field.beside())
    if (healthy.join() !== ids.join())
      found.push(`of ${ids.length} instances ${healthy.length} are healthy in target group ${name}`)
  if (versions.some((version) => version !== release))
    found.push(`not all is ${release}: ${versions.join(', ')}`)
  found.push(...changes(likenessOf(before), likenessOf(now)).map((each) => `the fleet's ${each}`))
  if (live.length !== 1) found.push(`${live.length} groups have instances`)
  for (const { tags } of groups)
    if ('viridian:pin' in tags) found.push(`a group is still pinned: ${tags['viridian:pin']}`)
  return found
}

/** What the product's own clean-up finds of a run that was taken back. */
async function leftoversOf(field: Field, run: string): Promise<string[]> {
  const { exitCode, events, stdout, stderr } = await field.tasks(['gc', '--dry-run'])
  const listed = foundLeftovers.safeParse(events.find(({ kind }) => kind === 'leftovers.found'))
  if (exitCode !== 0 || !listed.success) return [`tasks gc ended with ${exitCode}: ${stdout}${stderr}`]
  return listed.data.leftovers
    .filter((each) => each.run === run)
    .map(({ title }) => `tasks gc finds what run ${run} has left: ${title}`)
}

const foundLeftovers = z.object({
  leftovers: z.array(z.object({ title: z.string(), run: z.string() })),
})

async function versionOn(address: string): Promise<unknown> {
  try {
    const response = await fetch(`http://${address}:8080/`)
    const body: { version: unknown } = JSON.parse(await response.text())
    return body.version
  } catch (error) {
    // It is ending, or has not begun: the next look decides.
    return error instanceof Error ? error.message : String(error)
  }
}
