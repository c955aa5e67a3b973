import type { Address } from './address.ts'
import type { Fault } from './fault.ts'
import type { Field, Told } from './field.ts'
import type { Scenario } from './recording.ts'
import type { Scaling } from './scaling.ts'
import { StruckRun } from './struck-run.ts'
import { expectation, violationsOf } from './verdict.ts'

/** One fault at one address. */
export interface Strike {
  readonly address: Address
  readonly fault: Fault
}

/** A run, and what it meets: one fault, or several behind which a run still goes on. */
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
  const struckRun = new StruckRun(field, each)
  let { told, kill } = await struckRun.begin(release)
  const rival = await struckRun.rival
  const trail = [trace('run', told), ...(rival ? [trace('rival', rival.told)] : [])]
  const said = [told.stdout + told.stderr]
  // A kill may cost two: the command that is wrong names the right one.
  const most = 5 + 2 * each.strikes.length
  let command = 'run'
  let next = kill ? afterKill(kill.fault) : expectation(command, told).next
  while (next !== undefined && struckRun.run !== undefined && trail.length < most) {
    command = next
    ;({ told, kill } = await struckRun.goOn(command))
    trail.push(trace(command, told))
    said.push(told.stdout + told.stderr)
    next = kill ? afterKill(kill.fault) : expectation(command, told).next
  }
  const { run } = struckRun
  const own = run === undefined ? { end: 'blue' as const, violation: undefined } : expectation(command, told)
  // One that was not refused came when the first had ended: it has deployed on what that left.
  const late = rival && rival.told.exitCode !== 4 ? expectation('run', rival.told) : undefined
  const end = late?.end === 'green' ? late.end : own.end
  const violations = [own.violation, late?.violation].flatMap((each) => each ?? [])
  const mayDie = struckRun.struck.some(({ fault }) => fault === 'host gone')
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
  return { case: each, struck: struckRun.struck, trail, end, violations, said: said.join('\n') }
}

const trace = (command: string, { exitCode }: Told): string => `${command}: ${exitCode ?? 'killed'}`

const afterKill = (fault: Fault): string => (fault.endsWith('resumed') ? 'resume' : 'rollback')
