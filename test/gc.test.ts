import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AutoScalingClient, DeleteTagsCommand } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account } from './account.ts'
import { Rehearsal } from './breaks/rehearsal.ts'
import { dnsSwitch, instanceSwap, refusal, shrinkDnsSwitch } from './breaks/rehearsed-cloud.ts'
import type { JsonResult, Project } from './project.ts'
import { until } from './referees/until.ts'

interface Found {
  readonly kind: string
  readonly thing: string
  readonly stays?: { readonly why: string; readonly reason: string }
}

const found = (result: JsonResult): readonly Found[] =>
  // As `tasks gc --json` documents it.
  result.last('leftovers.found').leftovers as readonly Found[]

/** The kinds of what goes, or of what stays for one reason. */
const kinds = (result: JsonResult, why?: string): string[] =>
  found(result).flatMap(({ kind, stays }) => (stays?.why === why ? [kind] : []))

describe.sequential('what deployments that switch a name leave behind', () => {
  let rehearsal: Rehearsal
  let project: Project
  let account: Account

  beforeAll(async () => {
    rehearsal = await Rehearsal.open(dnsSwitch, shrinkDnsSwitch)
    ;({ project, account } = rehearsal)
  })
  afterAll(() => rehearsal.close())

  /** All that lives in the account, without the instances, which come and go. */
  async function belongings() {
    const { instances: _, ...others } = await account.inventory()
    return others
  }

  it('is nothing at first, and is nothing after a deployment but what the next one needs', async () => {
    const first = await project.json(['gc', '--yes'])
    expect(first.exitCode).toBe(0)
    expect(found(first)).toEqual([])
    const { endpoint, region, accessKeyId, secretAccessKey } = rehearsal.cloud
    const client = new CloudWatchClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    await client.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: 'web-busy', Namespace: 'AWS/EC2', MetricName: 'CPUUtilization' },
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }],
        ...{ Statistic: 'Average', Period: 300, EvaluationPeriods: 1, Threshold: 80 },
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    )
  }, 60_000)

  it('is shown, and stays without an answer', async () => {
    for (const release of ['v2', 'v3'])
      expect((await project.json(['run', 'deploy:bluegreen-dns', '--release', release])).exitCode).toBe(0)
    const before = await belongings()
    const dry = await project.json(['gc', '--dry-run', '--keep', '1'])
    expect(dry.exitCode).toBe(0)
    expect(kinds(dry)).toEqual([
      ...['group', 'group', 'launch source', 'launch source'],
      ...['image', 'load balancer', 'load balancer', 'alarm', 'alarm'],
    ])
    const live = ['group', 'launch source', 'image', 'load balancer', 'alarm']
    expect(kinds(dry, 'in-use')).toEqual(live)
    expect(found(dry).map(({ stays }) => stays?.reason)).toContain('www.example.test leads to it')
    const asked = await project.json(['gc', '--keep', '1'])
    expect(asked).toMatchObject({ exitCode: 1 })
    expect(asked.last('run.finished')).toMatchObject({ error: { code: 'E_NOT_CONFIRMED' }, leftovers: [] })
    expect(kinds(await project.json(['gc', '--dry-run', '--older-than', '1h']), 'young')).toEqual([
      'group',
      'group',
    ])
    expect(await belongings()).toEqual(before)
  }, 120_000)

  it('is told to a person in columns', async () => {
    const { stdout, exitCode } = await project.tasks('gc', '--dry-run', '--keep', '1')
    expect(exitCode).toBe(0)
    const block = stdout.slice(stdout.indexOf('To remove'), stdout.indexOf('Time line'))
    expect(block).toMatch(/^ {2}- group web, retired {2,}run \d{8}-\d{6}-\w{4} {2}[\dms. ]+ old$/m)
    expect(block).toMatch(/^ {2}- image ami-\w+ of web, with its snapshots {2,}run /m)
    expect(block).toMatch(
      /^ {2}in use: 1 group, 1 launch source, 1 image, 1 load balancer, 1 alarm\n\n· a dry run: nothing was removed$/m,
    )
  }, 60_000)

  it('is removed as far as AWS lets it, and the rest by a resume; users notice nothing', async () => {
    const refused = await rehearsal.with([refusal('ec2:DeregisterImage')], () =>
      project.json(['gc', '--keep', '1', '--yes']),
    )
    expect(refused.exitCode).toBe(3)
    const id = String(refused.last('run.started').run)
    expect(refused.last('run.finished')).toMatchObject({
      ...{ error: { code: 'E_AWS_DENIED' }, remedy: `tasks resume ${id}` },
    })
    const rest = await project.json(['resume', id])
    expect(rest.exitCode).toBe(0)
    expect(rest.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
    const { groups, balancers, configurations, images } = await account.inventory()
    expect([groups, balancers, configurations, images].map(({ length }) => length)).toEqual([1, 1, 1, 1])
    expect(kinds(await project.json(['gc', '--keep', '0', '--yes']))).toEqual([])
    expect((await project.json(['run', 'deploy:bluegreen-dns', '--release', 'v4'])).exitCode).toBe(0)
  }, 120_000)
})

describe.sequential('what a run may go back to', () => {
  let rehearsal: Rehearsal

  beforeAll(async () => {
    rehearsal = await Rehearsal.open(instanceSwap)
  })
  afterAll(() => rehearsal.close())

  it('stays while the run keeps its way back open, here and on another machine', async () => {
    const { project, account, cloud } = rehearsal
    expect((await project.json(['run', 'deploy:bluegreen', '--release', 'v2'])).exitCode).toBe(0)
    const before = await account.inventory()
    const kept = await project.json([
      ...['run', 'deploy:bluegreen', '--release', 'v3', '--keep-blue', '10m', '--detach'],
    ])
    const run = String(kept.last('run.finished').run)
    const blue = (result: JsonResult) =>
      found(result).filter(({ thing }) => before.configurations.some((each) => thing.endsWith(`/${each}`)))
    await rename(join(project.directory, '.tasks/runs'), join(project.directory, 'elsewhere'))
    const elsewhere = await project.json(['gc', '--dry-run', '--keep', '0', '--older-than', '0'])
    expect(blue(elsewhere).map(({ stays }) => stays?.reason)).toEqual([
      `run ${run} holds group web, and may point it back at it`,
    ])
    await rm(join(project.directory, '.tasks/runs'), { recursive: true })
    await rename(join(project.directory, 'elsewhere'), join(project.directory, '.tasks/runs'))
    // What the journal says holds without the pin.
    const { endpoint, region, accessKeyId, secretAccessKey } = cloud
    const scaling = new AutoScalingClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    const pin = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'viridian:pin' }
    await scaling.send(new DeleteTagsCommand({ Tags: [pin] }))
    const here = await project.json(['gc', '--yes', '--keep', '0'])
    expect(here.exitCode).toBe(0)
    expect(blue(here).map(({ stays }) => stays)).toMatchObject([
      {
        why: 'open-run',
        reason: expect.stringMatching(
          new RegExp(`^run ${run} may go back to it, and keeps its way back open until`),
        ),
      },
    ])
    expect((await project.json(['rollback', '--yes'])).exitCode).toBe(0)
    await until('all is as before', async () => isDeepStrictEqual(await account.inventory(), before))
  }, 120_000)
})

describe.sequential('what a run has left that died', () => {
  let rehearsal: Rehearsal

  beforeAll(async () => {
    rehearsal = await Rehearsal.open(instanceSwap)
  })
  afterAll(() => rehearsal.close())

  it('stays while its journal is here, and says which command takes it back', async () => {
    const { project, account } = rehearsal
    await account.replace('web', true, 864_000)
    const before = await account.inventory()
    const killed = await project.json(
      ['run', 'deploy:bluegreen', '--release', 'v2'],
      ({ kind, step }, child) => {
        if (kind === 'step.finished' && step === 'aws-ec2/run-instances') child.kill('SIGKILL')
      },
    )
    const run = String(killed.last('run.started').run)
    expect(await account.group('web')).toMatchObject({ replacement: [false, 0] })
    const here = await project.json(['gc', '--yes', '--keep', '0'])
    expect(kinds(here)).toEqual([])
    expect(kinds(here, 'open-run')).toEqual(['pin', 'instance', 'instance'])
    expect(found(here)[0]?.stays?.reason).toBe(`its run is not finished: tasks rollback ${run}`)
    // From here on as on another machine.
    await rename(join(project.directory, '.tasks/runs'), join(project.directory, 'elsewhere'))
    const young = await project.json(['gc', '--yes', '--keep', '0'])
    expect(kinds(young)).toEqual([])
    expect(found(young)[0]?.stays).toMatchObject({
      why: 'young',
      reason: expect.stringMatching(/may still go on/),
    })
    const old = await project.json(['gc', '--yes', '--keep', '0', '--older-than', '0'])
    expect(old.exitCode).toBe(0)
    expect(kinds(old)).toEqual(['pin', 'instance', 'instance'])
    await until('all is as before', async () => isDeepStrictEqual(await account.inventory(), before))
    expect((await project.json(['run', 'deploy:bluegreen', '--release', 'v2'])).exitCode).toBe(0)
  }, 120_000)
})
