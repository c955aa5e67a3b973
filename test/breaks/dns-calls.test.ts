import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import type { JsonEvent, JsonResult, Result } from '../project.ts'
import { Fleets } from './fleets.ts'
import { expectLive } from './live.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { dnsSwitch, type Fault, refusal, shrinkDnsSwitch } from './rehearsed-cloud.ts'
import { takenBack } from './taken-back.ts'
import { screenOf, told } from './told.ts'

let rehearsal: Rehearsal
/** Of the changing calls of a deployment that went well, on either side of the commit the first one of each service. */
let calls: Call[]

/** One changing call of a deployment. */
interface Call {
  /** As IAM names it. */
  readonly action: string
  /** How many of the same action went before it. */
  readonly earlier: number
  readonly committed: boolean
}

beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, shrinkDnsSwitch)
  const fleets = new Fleets(rehearsal.cloud)
  await fleets.equip('web')
  await fleets.stick('web')
  const good = await rehearsal.project.json(rehearsal.deployment('v1'))
  expect(good.exitCode).toBe(0)
  calls = callsOf(good)
}, 90_000)

afterAll(() => rehearsal.close())

function callsOf({ events }: JsonResult): Call[] {
  const commit = events.findIndex(({ kind }) => kind === 'committed')
  const found = events.flatMap((event, at) =>
    isChange(event) ? [{ action: `${event.service}:${event.operation}`, committed: at > commit }] : [],
  )
  const serviceOf = (action: string): string | undefined => action.split(':')[0]
  // The campaign of faults refuses every one of them; here it is about what a person is told.
  const isFirst = ({ action, committed }: (typeof found)[number], at: number): boolean =>
    !found
      .slice(0, at)
      .some((call) => serviceOf(call.action) === serviceOf(action) && call.committed === committed)
  return found.flatMap((call, at) => {
    const earlier = found.slice(0, at).filter(({ action }) => action === call.action).length
    return isFirst(call, at) ? [{ ...call, earlier }] : []
  })
}

const isChange = ({ kind, operation }: JsonEvent): boolean =>
  kind === 'aws.call' && !/^(Describe|Get|List)/.test(String(operation))

/** AWS refuses this call of the run, and no other. */
const refusalOf = ({ action, earlier }: Call): Fault => refusal(action, { skip: earlier, times: 1 })

const nameOf = ({ action, committed }: Call): string =>
  `AWS refuses ${action}${committed ? ' behind the commit' : ''}`

describe.sequential('a changing call that AWS refuses', () => {
  it('is taken back, and the permission that lacks is named', async () => {
    // What launches and groups are refused is the other approach's to tell.
    const early = calls.filter(({ action, committed }) => !committed && !/^(ec2|autoscaling):/.test(action))
    expect(early.map(({ action }) => action)).toContain('route53:ChangeResourceRecordSets')
    for (const call of early) {
      await takenBack(rehearsal, {
        name: nameOf(call),
        run: () => rehearsal.with([refusalOf(call)], () => rehearsal.deploy('v2')),
        code: 'E_AWS_DENIED',
        says: [
          new RegExp(`^E_AWS_DENIED: ${call.action}: UnauthorizedOperation`),
          new RegExp(`at call ${call.action}, request \\S+`),
        ],
        hint: new RegExp(`allow ${call.action} in the IAM policy`),
      })
    }
  }, 300_000)

  it('behind the commit leaves the rest to resume, which finishes it', async () => {
    const late = calls.filter(({ committed }) => committed)
    expect(late.length).toBeGreaterThan(0)
    for (const [index, call] of late.entries()) {
      const release = `v${index + 3}`
      const result = await rehearsal.with([refusalOf(call)], () => rehearsal.deploy(release))
      told(nameOf(call), rehearsal.command, result, {
        exitCode: 3,
        code: 'E_AWS_DENIED',
        says: [new RegExp(`at call ${call.action}, request \\S+`)],
        hint: new RegExp(`allow ${call.action} in the IAM policy`),
      })
      expectServed(result)
      const run = runOf(result)
      expect(result.stdout).toContain(`finish it with: tasks resume ${run}\n`)
      const resumed = await rehearsal.tasks(['resume', run])
      expect(resumed).toMatchObject({ exitCode: 0 })
      expectServed(resumed)
      await expectLive(rehearsal, release, 1)
    }
  }, 300_000)
})

describe.sequential('an undo that fails', () => {
  it('leaves what is named, and the rollback takes it away', async () => {
    const before = await rehearsal.account.inventory()
    const faults = [
      refusal('route53:ChangeResourceRecordSets', { times: 1 }),
      refusal('elasticloadbalancing:DeleteLoadBalancer'),
    ]
    const result = await rehearsal.with(faults, () => rehearsal.deploy('v2'))
    expectTold(result, {
      exitCode: 3,
      code: 'E_AWS_DENIED',
      says: [/route53:ChangeResourceRecordSets/],
      hint: /route53:ChangeResourceRecordSets/,
    })
    record({ case: 'undo fails', command: rehearsal.command, exitCode: 3, screen: screenOf(result) })
    expectServed(result)
    expect(result.stdout).toMatch(/^ {2}- load balancer web--\S+$/m)
    expect(result.stdout).toContain(`finish it with: tasks rollback ${runOf(result)}\n`)
    expect(await rehearsal.tasks(['rollback'])).toMatchObject({ exitCode: 0 })
    await rehearsal.isAgain(before)
  }, 60_000)
})

function runOf({ stdout }: Result): string {
  const [, run] = /· run (\S+)$/m.exec(stdout) ?? []
  if (run === undefined) throw new Error(`no run stands on the screen:\n${stdout}`)
  return run
}
