import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from './addresses.ts'
import type { FaultKind } from './fault-kinds.ts'
import { type Blue, blueOf, notBlue, notGreen } from './fleet-state.ts'
import { Users } from './users.ts'
import type { Ending, World } from './world.ts'

/** One fault at one address. */
export interface Trial {
  readonly address: Address
  readonly kind: FaultKind
  readonly release: string
}

export interface Verdict {
  readonly trial: Trial
  /** Where the fleet is in the end. */
  readonly end: 'blue' | 'green'
  readonly reached: boolean
  /** A command that the product named had to finish it. */
  readonly finished: boolean
  readonly requests: number
  readonly violations: readonly string[]
}

/** Deploys with the fault, does what a person on call would do, and looks what became of the fleet and its users. */
export async function attempt(world: World, trial: Trial): Promise<Verdict> {
  const blue = await blueOf(world)
  const users = new Users(world.cloud)
  const watch = new Watch(world)
  users.start()
  watch.start()
  const violations: string[] = []
  let outcome: Outcome = { end: 'blue', reached: false, finished: false }
  try {
    outcome = await broken(world, trial, violations)
    const why =
      outcome.end === 'blue' ? await notBlue(world, blue) : await notGreen(world, trial.release, blue)
    if (why !== undefined) violations.push(`should be ${outcome.end}: ${why}`)
  } finally {
    await world.administer('DELETE', 'faults')
    await watch.stop()
    await users.stop()
  }
  const [failure] = users.failures
  if (failure !== undefined)
    violations.push(`${users.failures.length} of ${users.requests} requests failed: ${failure}`)
  if (watch.least < blue.size)
    violations.push(`only ${watch.least} of ${blue.size} healthy instances were behind the name`)
  return { trial, ...outcome, requests: users.requests, violations }
}

type Outcome = Pick<Verdict, 'end' | 'reached' | 'finished'>

async function broken(world: World, trial: Trial, violations: string[]): Promise<Outcome> {
  const { address, kind, release } = trial
  const fault = (): Promise<unknown> => world.administer('POST', 'faults', { rules: [kind.fault(address)] })
  let reached = false
  const hit = async (child: ChildProcess): Promise<void> => {
    while (child.exitCode === null && child.signalCode === null) {
      if (!(await isWaiting(world))) {
        reached = true
        // What is done in spite of the missing answer is done by now.
        if (kind.killedThen !== undefined) await sleep(150)
        if (kind.killedThen !== undefined) child.kill('SIGKILL')
        return
      }
      await sleep(20)
    }
  }
  if (address.phase === 'run') await fault()
  const first = await world.deploy({
    release,
    ...(address.phase === 'run' && { whenStarted: hit }),
    ...(address.phase === 'undo' && {
      keep: true,
      whenKept: async (child) => {
        await fault()
        child.kill('SIGINT')
        await hit(child)
      },
    }),
  })
  // Of what is refused for good, and of a throttling that goes on, the rule stays.
  reached ||= kind.name === 'refused for good' ? first.exitCode !== 0 : !(await isUntouched(world, trial))
  await world.administer('DELETE', 'faults')
  return { reached, ...(await followed(world, first, trial, violations)) }
}

async function followed(
  world: World,
  first: Ending,
  { kind, address }: Trial,
  violations: string[],
): Promise<Pick<Outcome, 'end' | 'finished'>> {
  if (first.hung) violations.push('the run hangs')
  let last = first
  let finished = false
  let { committed } = first
  if (first.exitCode === null && first.run !== undefined) {
    const back = kind.killedThen === 'rollback' || address.phase === 'undo'
    last = await world.command([back && !committed ? 'rollback' : 'resume', first.run])
    // A commit that was on record before anybody could say so.
    if (last.exitCode === 2 && /E_RUN_COMMITTED/.test(last.error ?? '')) {
      committed = true
      last = await world.command(['resume', first.run])
    }
    committed ||= last.committed
    if (back && !committed && last.exitCode === 0) return { end: 'blue', finished }
  }
  for (let tries = 0; last.exitCode === 3 && tries < 3; tries += 1) {
    if (!last.remedy) {
      violations.push(`exit code 3 names no command: ${last.error}`)
      break
    }
    finished = true
    const [name] = last.remedy
    last = await world.command(last.remedy)
    if (last.exitCode === 0 && name === 'rollback') return { end: 'blue', finished }
  }
  if (last.exitCode === 0) return { end: 'green', finished }
  if (last.exitCode !== 1 && last.exitCode !== 130)
    violations.push(`ended with exit code ${last.exitCode}: ${last.error}`)
  return { end: 'blue', finished }
}

const isWaiting = async (world: World): Promise<boolean> => (await rules(world)).length > 0

async function isUntouched(world: World, { address, kind }: Trial): Promise<boolean> {
  const [rule] = await rules(world)
  const whole = kind.fault(address)
  return rule !== undefined && rule.times === (whole.times ?? 1)
}

async function rules(world: World): Promise<{ times?: unknown }[]> {
  const answer = await world.administer('GET', 'faults')
  if (typeof answer !== 'object' || answer === null || !('rules' in answer) || !Array.isArray(answer.rules))
    throw new Error('the cloud names no rules')
  return answer.rules
}

/** How many healthy instances are behind the name, looked at all the time. */
class Watch {
  least = Number.POSITIVE_INFINITY
  readonly #world: World
  #looks = true
  #looking: Promise<void> = Promise.resolve()

  constructor(world: World) {
    this.#world = world
  }

  start(): void {
    this.#looking = this.#keepLooking()
  }

  async stop(): Promise<void> {
    this.#looks = false
    await this.#looking
  }

  async #keepLooking(): Promise<void> {
    const { account, cloud } = this.#world
    while (this.#looks) {
      const serving: readonly string[] = await account.behind(cloud.names.record)
      this.least = Math.min(this.least, serving.length)
      await sleep(150)
    }
  }
}

export type { Blue }
