import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fleet } from '../templates/dns-switch/local-fleet.ts'
import { Account } from './account.ts'
import { type CloudStatus, type JsonResult, Project } from './project.ts'
import { cloudUp } from './referees/cloud-up.ts'
import { Python } from './referees/python.ts'
import { until } from './referees/until.ts'

let python: Python
let project: Project
let cloud: CloudStatus
let account: Account
let blue: Fleet
let green: Fleet

interface Fleet {
  readonly group: string
  readonly balancer: string
}

beforeAll(async () => {
  ;[python, project] = await Promise.all([Python.open(), Project.fromTemplate('dns-switch')])
  await project.write('local-fleet.ts', (await project.read('local-fleet.ts')).replace('size: 3', 'size: 1'))
  cloud = await cloudUp(project)
  account = new Account(cloud)
  const userData = join(project.directory, 'user-data')
  await writeFile(userData, await fleet.userData())
  const [made] = await python.report('rich_fleet.py', cloud, userData)
  blue = { group: String(made?.group), balancer: String(made?.balancer) }
}, 300_000)

afterAll(() => project.remove())

const deploy = (release: string, ...flags: string[]): Promise<JsonResult> =>
  project.json([
    ...['run', 'deploy:bluegreen-dns', '--release', release, '--record', 'rich.example.test'],
    ...['--quiet-within', '2s', ...flags],
  ])

/** The group and the balancer that the name leads to, as the last run of the name says. */
function liveOf(run: JsonResult): Fleet {
  const events = run.events.filter(({ kind }) => kind === 'replica.compared').map(({ what }) => String(what))
  const copyOf = (thing: string): string =>
    events.map((what) => new RegExp(`^${thing} \\S+ and its copy (\\S+)$`).exec(what)?.[1]).find(Boolean) ??
    ''
  return { group: copyOf('group'), balancer: copyOf('balancer') }
}

/** Every member that boto3 shows, by its path. */
async function described({ group, balancer }: Fleet): Promise<Map<string, unknown>> {
  const [line] = await python.report('described_fleet.py', cloud, group, balancer)
  const members = new Map<string, unknown>()
  const walk = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) members.set(path, value)
    // The name of a copied alarm ends in the token of its step.
    else
      for (const [key, member] of Object.entries(value))
        walk(`${path}/${key.replace(/--\d{8}-.*$/, '')}`, member)
  }
  walk('', line)
  return members
}

/** What has to differ between a fleet and its copy; all else is equal. */
const different = [
  /^\/group\/(AutoScalingGroupName|AutoScalingGroupARN|LaunchConfigurationName|CreatedTime|Instances\/.*)$/,
  /^\/group\/(LoadBalancerNames\/0|TrafficSources\/0\/Identifier)$/,
  // Blue is held still as long as the way back is open.
  /^\/group\/SuspendedProcesses\//,
  /^\/group tags\/\w+\/ResourceId$/,
  /^\/group tags\/viridian:/,
  /^\/(hooks|scheduled actions|notifications|policies)\/[^/]+\/AutoScalingGroupName$/,
  /^\/scheduled actions\/future\/ScheduledActionARN$/,
  // Its time is over.
  /^\/scheduled actions\/past\//,
  /^\/policies\/\w+\/(PolicyARN|Alarms\/\d\/Alarm(Name|ARN))$/,
  /^\/launch configuration\/(LaunchConfigurationName|LaunchConfigurationARN|ImageId|CreatedTime)$/,
  /^\/balancer\/(LoadBalancerName|DNSName|CanonicalHostedZoneName|CreatedTime|Instances\/.*)$/,
  /^\/balancer tags\/viridian:/,
  /^\/alarms\/[\w-]+\/(AlarmName|AlarmArn|AlarmConfigurationUpdatedTimestamp|State\w*Timestamp)$/,
  /^\/alarms\/[\w-]+\/Tags\/viridian:/,
  // Named below, each with what it has to be.
  /^\/alarms\/(rich-busy|rich-idle)\/Dimensions\/0\/Value$/,
  /^\/alarms\/rich-slow\/Dimensions\/0\/Value$/,
  /^\/alarms\/rich-failing\/Metrics\/[12]\/MetricStat\/Metric\/Dimensions\/0\/Value$/,
  /^\/alarms\/(rich-busy|rich-slow|rich-queue)\/AlarmActions\/0$/,
]

describe.sequential('a fleet with a setting of every kind, made by boto3', () => {
  it('is replicated, and served by its copy', async () => {
    const run = await deploy('v2', '--keep-blue', '15s', '--detach')
    expect(run.last('run.finished')).toMatchObject({ status: 'kept', exitCode: 0 })
    green = liveOf(run)
    const compared = run.events.filter(({ kind }) => kind === 'replica.compared')
    // The balancer, the group, and five alarms.
    expect(compared.map(({ unexpected }) => unexpected)).toEqual(Array(7).fill([]))
  }, 120_000)

  it('is copied exactly, as boto3 sees it', async () => {
    const [original, copy] = await Promise.all([described(blue), described(green)])
    const paths = [...new Set([...original.keys(), ...copy.keys()])]
    const differing = paths.filter((path) => original.get(path) !== copy.get(path))
    expect(differing.filter((path) => !different.some((pattern) => pattern.test(path)))).toEqual([])
    // Nothing stands in the list that does not differ.
    expect(different.filter((pattern) => !differing.some((path) => pattern.test(path)))).toEqual([])
    expect([...original.keys()].filter((path) => /^\/alarms\/[\w-]+\/AlarmName$/.test(path))).toHaveLength(5)
    expect(original.get('/tracking alarms')).toBe(copy.get('/tracking alarms'))
    expect(copy.has('/scheduled actions/past/MaxSize')).toBe(false)
    for (const alarm of ['rich-busy', 'rich-idle'])
      expect(copy.get(`/alarms/${alarm}/Dimensions/0/Value`)).toBe(green.group)
    for (const path of ['rich-slow/Dimensions/0', 'rich-failing/Metrics/1/MetricStat/Metric/Dimensions/0'])
      expect(copy.get(`/alarms/${path}/Value`)).toBe(green.balancer)
    expect(copy.get('/alarms/rich-busy/AlarmActions/0')).toBe(copy.get('/policies/out/PolicyARN'))
    for (const alarm of ['rich-slow', 'rich-queue'])
      expect(copy.get(`/alarms/${alarm}/AlarmActions/0`)).toBe(copy.get('/policies/steps/PolicyARN'))
    expect((await account.group(green.group)).suspended).toEqual(['ScheduledActions'])
  }, 60_000)

  it('has names that AWS takes, and that people can read', () => {
    expect(blue.group).toHaveLength(255)
    expect(blue.balancer).toHaveLength(32)
    expect(green.group).toMatch(/^rich-fleet-g+-[0-9a-f]{11}$/)
    expect(green.group.length).toBeLessThanOrEqual(255)
    expect(green.balancer).toMatch(/^rich-fleet-balancer-[0-9a-f]{11}$/)
    expect(green.balancer.length).toBeLessThanOrEqual(32)
  })

  it('scales out by its copied policy, with the new version', async () => {
    const copy = await described(green)
    await account.setAlarm(String(copy.get('/alarms/rich-busy/AlarmName')), 'ALARM')
    await until(
      'two are in service',
      async () => (await account.inService(green.balancer)).length === 2,
      60_000,
    )
    const ids = await account.inService(green.balancer)
    const addresses = (await account.instances()).filter(({ id }) => ids.includes(id))
    const versions = await Promise.all(
      addresses.map(
        async ({ address }) => JSON.parse(await (await fetch(`http://${address}:8080/`)).text()).version,
      ),
    )
    expect(versions).toEqual(['v2', 'v2'])
  }, 90_000)

  it('is replicated again, under names of its own', async () => {
    const id = await project.tasks('runs').then(({ stdout }) => /^(\S+) .*kept/m.exec(stdout)?.[1] ?? '')
    const resumed = await project.json(['resume', id])
    expect(resumed.last('run.finished').error).toBeUndefined()
    expect(resumed.exitCode).toBe(0)
    const next = liveOf(await deploy('v3'))
    expect(next.group).toMatch(/^rich-fleet-g+-[0-9a-f]{11}$/)
    expect(next.balancer).toMatch(/^rich-fleet-balancer-[0-9a-f]{11}$/)
    expect(next.group).not.toBe(green.group)
    expect(next.balancer).not.toBe(green.balancer)
    expect(await account.group(green.group)).toMatchObject({ sizes: [0, 0, 3], instances: [] })
    green = next
  }, 180_000)

  it('is not switched to a copy that is not what it was', async () => {
    const before = await account.inventory()
    let spoiling: Promise<void> | undefined
    const run = await project.json(
      ['run', 'deploy:bluegreen-dns', '--release', 'v4', '--record', 'rich.example.test'],
      (event) => {
        if (event.kind === 'step.started' && event.step === 'aws-elb/smoke-test') spoiling ??= spoil(green)
      },
    )
    await spoiling
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({
      leftovers: [],
      error: {
        code: 'E_REPLICA_DIFFERS',
        message: expect.stringMatching(/DefaultCooldown is 99, and should be 77/),
      },
    })
    await until(
      'the cloud is as it was',
      async () => JSON.stringify(await account.inventory()) === JSON.stringify(before),
    )
  }, 120_000)
})

/** Changes the copy of a fleet that is being made. */
async function spoil({ group }: Fleet): Promise<void> {
  const names = await account.groupNames()
  const copies = await Promise.all(
    names.map(async (name) => ({ name, tags: (await account.group(name)).tags })),
  )
  const copy = copies.find(
    ({ name, tags }) =>
      name !== group &&
      'viridian:pin' in tags &&
      !('viridian:retired' in tags) &&
      name !== 'web' &&
      name.startsWith('rich'),
  )
  await account.setCooldown(copy?.name ?? '', 99)
}
