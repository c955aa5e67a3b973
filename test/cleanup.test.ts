import type { ChildProcess } from 'node:child_process'
import { AutoScalingClient, PutScalingPolicyCommand } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { type JsonResult, Project } from './project.ts'
import { until } from './referees/until.ts'

let project: Project
let account: Account
/** `tasks cloud up`: what the first run started stays, for what looks at it between the runs. */
let held: ChildProcess | undefined

beforeAll(async () => {
  project = await Project.fromTemplate('dns-switch')
})

afterAll(async () => {
  held?.kill('SIGINT')
  await project.remove()
})

const deploy = (release: string): Promise<JsonResult> =>
  project.json(['run', 'deploy:bluegreen-dns', '--release', release])

const cleanUp = (...flags: string[]): Promise<JsonResult> => project.json(['run', 'cleanup:blue', ...flags])

/** All that a clean-up could delete: without the instances, which come and go. */
async function belongings() {
  const { instances: _, groups, balancers, ...others } = await account.inventory()
  return {
    ...others,
    groups: groups.length,
    balancers: balancers.map(({ LoadBalancerName }) => LoadBalancerName),
  }
}

const said = ({ events }: JsonResult): string =>
  events.flatMap(({ kind, text }) => (kind === 'note' ? [text] : [])).join('\n')

/** Lets an alarm scale the first fleet out. */
async function watch(): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = await project.cloud()
  const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  const policy = new PutScalingPolicyCommand({
    ...{ AutoScalingGroupName: 'web', PolicyName: 'out', PolicyType: 'SimpleScaling' },
    ...{ AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 1 },
  })
  const { PolicyARN = '' } = await new AutoScalingClient(configuration).send(policy)
  const alarm = new PutMetricAlarmCommand({
    ...{
      AlarmName: 'web-busy',
      AlarmActions: [PolicyARN],
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
    },
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }],
    ...{ Statistic: 'Average', Period: 300, EvaluationPeriods: 1, Threshold: 80 },
    ComparisonOperator: 'GreaterThanThreshold',
  })
  await new CloudWatchClient(configuration).send(alarm)
}

describe.sequential('cleanup:blue on the local cloud', () => {
  it('finds nothing to do where nothing was replaced', async () => {
    const run = await cleanUp('--yes')
    expect(run.exitCode).toBe(0)
    expect(said(run)).toContain('Nothing to clean up')
    held = project.start(['cloud', 'up', '--time-scale', '0.05'])
    account = new Account(await project.cloud())
    await watch()
  }, 60_000)

  it('asks before it deletes: without an answer nothing is changed, nor by a plan', async () => {
    expect((await deploy('v2')).exitCode).toBe(0)
    expect((await deploy('v3')).exitCode).toBe(0)
    const before = await account.inventory()
    const { loadBalancer } = (await project.cloud()).names
    const plan = await project.json(['plan', 'cleanup:blue'])
    expect(plan.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    const run = await cleanUp()
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({ error: { code: 'E_NOT_CONFIRMED' }, leftovers: [] })
    const balancers = before.balancers.map(({ LoadBalancerName: name = '' }) => name)
    expect(balancers).toHaveLength(3)
    expect(balancers.filter((name) => said(run).includes(`  load balancer ${name}\n`))).toEqual(
      balancers.filter((name) => name !== loadBalancer),
    )
    expect(said(run)).toMatch(/^ {2}alarm web-busy$/m)
    expect(said(run)).toMatch(/^ {2}image ami-\w+, with its snapshots$/m)
    expect(said(run)).toMatch(/^Image ami-\w+ stays: it is none of this account's images$/m)
    expect(await account.inventory()).toEqual(before)
  }, 150_000)

  it('deletes nothing when the live fleet is not whole', async () => {
    const before = await belongings()
    const { group, loadBalancer } = (await project.cloud()).names
    const [victim = ''] = await account.inService(loadBalancer)
    await account.suspend(group, 'ReplaceUnhealthy')
    await account.terminate(victim)
    const run = await cleanUp('--yes')
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({
      error: {
        code: expect.stringMatching(/^E_(NOT_IN_SERVICE|GROUP_NOT_WHOLE)$/),
        message: expect.stringContaining(victim),
      },
      leftovers: [],
    })
    expect(await belongings()).toEqual(before)
    await account.resume(group, 'ReplaceUnhealthy')
    await until('it has healed', async () => {
      const { instances } = await account.group(group)
      const healthy = instances.filter(
        (text) => !text.includes(victim) && text.endsWith(' InService Healthy'),
      )
      return healthy.length === 3 && (await account.inService(loadBalancer)).length === 3
    })
  }, 90_000)

  it('deletes everything of both generations that were replaced, and nothing of the live one', async () => {
    const before = await account.inventory()
    expect(before.alarms).toHaveLength(3)
    const { group, loadBalancer } = (await project.cloud()).names
    const green = await account.group(group)
    const run = await cleanUp('--yes')
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0 })
    const after = await account.inventory()
    const [image] = after.instances.map((instance) => instance.image)
    expect(after).toEqual({
      ...before,
      groups: [green],
      configurations: [green.launchConfiguration],
      balancers: before.balancers.filter(({ LoadBalancerName }) => LoadBalancerName === loadBalancer),
      images: before.images.filter(({ ImageId }) => ImageId === image),
      snapshots: [expect.anything()],
      policies: before.policies.filter(({ AutoScalingGroupName }) => AutoScalingGroupName === group),
      alarms: [expect.objectContaining({ Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }] })],
    })
    expect(after.images).toHaveLength(1)
  }, 60_000)

  it('finds nothing to do when it is run again', async () => {
    const before = await account.inventory()
    const run = await cleanUp()
    expect(run.exitCode).toBe(0)
    expect(said(run)).toContain('Nothing to clean up')
    expect(await account.inventory()).toEqual(before)
  }, 30_000)
})
