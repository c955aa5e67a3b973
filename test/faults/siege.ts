import type { ChildProcess } from 'node:child_process'
import type { JsonEvent } from '../project.ts'
import { type Address, isCommand, isRead } from './address.ts'
import { type Fault, isKill } from './fault.ts'
import type { Field, Told } from './field.ts'
import type { Answer, Verdict } from './gate.ts'
import { Itinerary } from './itinerary.ts'
import { isSame, type Scenario } from './recording.ts'
import { type Scaling, startScaling } from './scaling.ts'
import { strikeCall, strikeCommand } from './strike.ts'
import { expectation, violationsOf } from './verdict.ts'

/** One fault at one address. */
export interface Strike {
  readonly address: Address
  readonly fault: Fault
}

/** A run, and what it meets: one fault, or several that runs outlive. */
export interface Case {
  readonly scenario: Scenario
  readonly strikes: readonly Strike[]
  /** What repeats it, where it was chosen at random. */
  readonly seed?: number
  /** A second run is started against it, once it has pinned the group. */
  readonly rival?: boolean
  /** What Auto Scaling does by itself meanwhile. */
  readonly scaling?: Scaling
}

/** What came of a case. */
export interface Finding {
  readonly case: Case
  /** Those that the run has come by. */
  readonly struck: readonly Strike[]
  /** The commands that were needed, with their exit codes. */
  readonly trail: readonly string[]
  readonly end: 'green' | 'blue' | undefined
  readonly violations: readonly string[]
  /** What the commands said, for whoever looks into a violation. */
  readonly said: string
}

/** Runs a case from a whole fleet to a whole fleet, and asks the cloud and the visitors what came of it. */
export async function besiege(field: Field, each: Case): Promise<Finding> {
  const before = await field.account.inventory()
  const blue = (await field.account.behind(field.cloud.names.record)).length
  field.visitors.take()
  field.takeLowest()
  const release = field.nextRelease()
  const { told: first, struck, run, rival, weather } = await struckRun(field, each, release)
  await field.faults(undefined)
  field.gate.judge = ({ pass }) => pass()
  const trail = [trace('run', first), ...(rival ? [trace('rival', rival.told)] : [])]
  const said = [first.stdout + first.stderr]
  let command = 'run'
  let told = first
  await weather?.over()
  const kill = struck.find(({ fault }) => isKill(fault))
  let next = kill ? afterKill(kill.fault) : expectation(command, told).next
  while (next !== undefined && run !== undefined && trail.length < 5) {
    command = next
    told = await field.tasks([command, run])
    trail.push(trace(command, told))
    said.push(told.stdout + told.stderr)
    next = expectation(command, told).next
  }
  const own = run === undefined ? { end: 'blue' as const, violation: undefined } : expectation(command, told)
  // One that was not refused came when the first had ended: it has deployed on what that left.
  const late = rival && rival.told.exitCode !== 4 ? expectation('run', rival.told) : undefined
  const end = late?.end === 'green' ? late.end : own.end
  const violations = [own.violation, late?.violation].flatMap((each) => each ?? [])
  const mayDie = struck.some(({ fault }) => fault === 'host gone')
  violations.push(
    ...(await violationsOf(field, {
      end,
      before,
      blue,
      release: rival && late?.end === 'green' ? rival.release : release,
      run,
      mayDie,
      mayDip: each.scaling === 'replacement',
    })),
  )
  return { case: each, struck, trail, end, violations, said: said.join('\n') }
}

const trace = (command: string, { exitCode }: Told): string => `${command}: ${exitCode ?? 'killed'}`

const afterKill = (fault: Fault): string => (fault.endsWith('resumed') ? 'resume' : 'rollback')

interface Rival {
  readonly release: string
  readonly told: Told
}

async function compete(field: Field): Promise<Rival> {
  const release = field.nextRelease()
  return { release, told: await field.tasks(field.deployment(release)) }
}

/** A run that meets its fault. */
async function struckRun(field: Field, { scenario, strikes, rival, scaling }: Case, release: string) {
  const itinerary = new Itinerary()
  const over = new AbortController()
  let child: ChildProcess | undefined
  let host: string | undefined
  const attempts = new Map<Strike, number>()
  let second: Promise<Rival> | undefined
  const weather = scaling && startScaling(scaling, field)
  const fresh = new Map<string, Answer>()
  let stale = new Map<string, Answer>()
  field.gate.judge = async (call): Promise<Verdict> => {
    const at = itinerary.addressOf(call)
    const common = { field, call, signal: (signal: NodeJS.Signals) => void child?.kill(signal) }
    if (scenario.refused && isSame(at, scenario.refused))
      return strikeCall('refused', { ...common, earlier: 0, stale: undefined })
    const strike = strikes.find(({ address }) => isSame(at, address))
    if (!strike) {
      const answer = await call.pass()
      if (isRead(at)) fresh.set(call.text, answer)
      else stale = new Map(fresh)
      return answer
    }
    const earlier = attempts.get(strike) ?? 0
    attempts.set(strike, earlier + 1)
    return strikeCall(strike.fault, { ...common, earlier, stale: stale.get(call.text) })
  }
  const hear = (event: JsonEvent, process: ChildProcess): void => {
    child = process
    if (event.kind === 'host.command') host = String(event.host)
    itinerary.hear(event)
    weather?.hear(event, itinerary.run)
    if (rival && event.kind === 'step.finished' && event.step === 'pin') second ??= compete(field)
  }
  const command = strikes.find(({ address }) => isCommand(address))
  const commanded =
    command &&
    strikeCommand(
      command.fault,
      { field, skip: command.address.occurrence, child: () => child, host: () => host },
      over.signal,
    )
  const told = await field.tasks(field.deployment(release), hear)
  over.abort()
  const struck = [...attempts.keys(), ...(command && (await commanded) ? [command] : [])]
  return { told, struck, run: itinerary.run, rival: await second, weather }
}
