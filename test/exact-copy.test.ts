import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fleet } from '../templates/dns-switch/local-fleet.ts'
import { Account } from './account.ts'
import { type CloudStatus, type JsonResult, Project } from './project.ts'
import { cloudUp } from './referees/cloud-up.ts'
import { describedFleet, type NamedFleet } from './referees/described-fleet.ts'
import { Python } from './referees/python.ts'
import { until } from './referees/until.ts'
import { secureVisit, visit } from './referees/visitor.ts'

let python: Python
let project: Project
let cloud: CloudStatus
let account: Account
let blue: NamedFleet
let green: NamedFleet
/** The group's tags that its instances have too. */
let propagated: unknown
let kept: JsonResult

beforeAll(async () => {
  ;[python, project] = await Promise.all([Python.open(), Project.fromTemplate('dns-switch')])
  await project.write('local-fleet.ts', (await project.read('local-fleet.ts')).replace('size: 3', 'size: 1'))
  cloud = await cloudUp(project)
  account = new Account(cloud)
  const userData = join(project.directory, 'user-data')
  await writeFile(userData, await fleet.userData())
  const [made] = await python.report('rich_fleet.py', cloud, userData)
  blue = { group: String(made?.group), balancer: String(made?.balancer) }
  propagated = made?.propagated
}, 300_000)

afterAll(() => project.remove())

const deployment = (release: string, ...flags: string[]): string[] => [
  ...['run', 'deploy:bluegreen-dns', '--release', release, '--record', 'rich.example.test'],
  ...['--quiet-within', '2s', '--retire-loud', ...flags],
]
const deploy = (...flags: [release: string, ...flags: string[]]) => project.json(deployment(...flags))

/** The group and the balancer that the name leads to, as the last run of the name says. */
function liveOf(run: JsonResult): NamedFleet {
  const events = run.events.filter(({ kind }) => kind === 'replica.compared').map(({ what }) => String(what))
  const copyOf = (thing: string): string =>
    events.map((what) => new RegExp(`^${thing} \\S+ and its copy (\\S+)$`).exec(what)?.[1]).find(Boolean) ??
    ''
  return { group: copyOf('group'), balancer: copyOf('balancer') }
}

const described = (of: NamedFleet) => describedFleet(python, cloud, of)

/** What has to differ between a fleet and its copy; all else is equal. */
const different = [
  /^\/group\/(AutoScalingGroupName|AutoScalingGroupARN|LaunchConfigurationName|CreatedTime|Instances\/.*)$/,
  /^\/group\/(LoadBalancerNames\/0|TrafficSources\/0\/Identifier)$/,
  // Blue is held still as long as the way back is open.
  /^\/group\/SuspendedProcesses\//,
  /^\/group tags\/[\w-]+\/ResourceId$/,
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
    kept = await deploy('v2', '--keep-blue', '15s', '--detach')
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept', exitCode: 0 })
    green = liveOf(kept)
    const compared = kept.events.filter(({ kind }) => kind === 'replica.compared')
    // The balancer, the group, and five alarms.
    expect(compared.map(({ unexpected }) => unexpected)).toEqual(Array(7).fill([]))
    const { cookies, version } = await visit(cloud, 'rich.example.test', 9180)
    expect({ cookies, version }).toEqual({ cookies: [expect.stringMatching(/^AWSELB=/)], version: 'v2' })
    expect(await secureVisit(cloud, 'rich.example.test', 9443)).toEqual({
      version: 'v2',
      certified: 'rich.example.test',
    })
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
    expect(original.get('/scheduled actions/past/MaxSize')).toBe(9)
    expect(copy.has('/scheduled actions/past/MaxSize')).toBe(false)
    for (const path of ['LoadBalancerNames/0', 'TrafficSources/0/Identifier'])
      expect(copy.get(`/group/${path}`)).toBe(green.balancer)
    for (const alarm of ['rich-busy', 'rich-idle'])
      expect(copy.get(`/alarms/${alarm}/Dimensions/0/Value`)).toBe(green.group)
    for (const path of ['rich-slow/Dimensions/0', 'rich-failing/Metrics/1/MetricStat/Metric/Dimensions/0'])
      expect(copy.get(`/alarms/${path}/Value`)).toBe(green.balancer)
    expect(copy.get('/alarms/rich-busy/AlarmActions/0')).toBe(copy.get('/policies/out/PolicyARN'))
    for (const alarm of ['rich-slow', 'rich-queue'])
      expect(copy.get(`/alarms/${alarm}/AlarmActions/0`)).toBe(copy.get('/policies/steps/PolicyARN'))
    expect((await account.group(green.group)).suspended).toEqual(['ScheduledActions'])
  }, 60_000)

  it('has names that AWS takes, and that people can read', async () => {
    const [original, copy] = await Promise.all([described(blue), described(green)])
    const paths = {
      balancer: [32, '/balancer/LoadBalancerName', /^rich-fleet-balancer-[0-9a-f]{11}$/],
      group: [255, '/group/AutoScalingGroupName', /^rich-fleet-g+-[0-9a-f]{11}$/],
      launch: [255, '/launch configuration/LaunchConfigurationName', /^rich-launch-c+-[0-9a-f]{11}$/],
      alarm: [255, '/alarms/rich-idle/AlarmName', /^rich-idle-i+-[0-9a-f]{11}$/],
    } as const
    for (const [limit, path, pattern] of Object.values(paths)) {
      expect(original.get(path)).toHaveLength(limit)
      expect(copy.get(path)).toMatch(pattern)
      expect(String(copy.get(path)).length).toBeLessThanOrEqual(limit)
    }
    expect(copy.get('/alarms/rich-busy/AlarmName')).toMatch(/^rich-busy--\d{8}-/)
  }, 60_000)

  it('scales out by its copied policy, with the new version', async () => {
    const copy = await described(green)
    await account.setAlarm(String(copy.get('/alarms/rich-busy/AlarmName')), 'ALARM')
    await until(
      'two are in service',
      async () => (await account.inService(green.balancer)).length === 2,
      60_000,
    )
    const ids = await account.inService(green.balancer)
    const instances = (await account.instances()).filter(({ id }) => ids.includes(id))
    for (const { tags } of instances)
      expect(
        Object.fromEntries(Object.entries(tags).filter(([key]) => !/^(aws|viridian):/.test(key))),
      ).toEqual(propagated)
    const versions = await Promise.all(
      instances.map(
        async ({ address }) => JSON.parse(await (await fetch(`http://${address}:8080/`)).text()).version,
      ),
    )
    expect(versions).toEqual(['v2', 'v2'])
  }, 90_000)

  it('is replicated again, under names of its own', async () => {
    const resumed = await project.json(['resume', String(kept.last('run.finished').run)])
    expect(resumed.last('run.finished').error).toBeUndefined()
    expect(resumed.exitCode).toBe(0)
    const next = liveOf(await deploy('v3'))
    expect(next.group).toMatch(/^rich-fleet-g+-[0-9a-f]{11}$/)
    expect(next.balancer).toMatch(/^rich-fleet-balancer-[0-9a-f]{11}$/)
    expect(next.group).not.toBe(green.group)
    expect(next.balancer).not.toBe(green.balancer)
    expect(await account.group(green.group)).toMatchObject({ sizes: [0, 0, 3], instances: [] })
    // What is retired on purpose pages nobody.
    const { alarms } = await account.inventory()
    const names = (value = ''): boolean => [green.group, green.balancer].includes(value)
    const own = alarms.filter(
      ({ AlarmName = '', Dimensions = [] }) =>
        !AlarmName.startsWith('TargetTracking-') && Dimensions.some(({ Value }) => names(Value)),
    )
    expect(own.map(({ ActionsEnabled }) => ActionsEnabled)).toEqual(own.map(() => false))
    expect(own.length).toBeGreaterThan(1)
    green = next
  }, 180_000)

  it('is not switched to a copy that is not what it was', async () => {
    const [before, known] = await Promise.all([account.inventory(), account.groupNames()])
    const spoil = async (): Promise<void> => {
      const copy = (await account.groupNames()).find((name) => !known.includes(name))
      await account.setCooldown(copy ?? 'no copy', 99)
    }
    let spoiling: Promise<void> | undefined
    const run = await project.json(deployment('v4'), (event) => {
      if (event.kind === 'step.started' && event.step === 'aws-elb/smoke-test') spoiling ??= spoil()
    })
    await spoiling
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({
      leftovers: [],
      error: {
        code: 'E_REPLICA_DIFFERS',
        message: expect.stringMatching(/DefaultCooldown is 99, and should be 77/),
      },
    })
    expect(run.events.some(({ step }) => step === 'aws-route53/point-record')).toBe(false)
    await until(
      'the cloud is as it was',
      async () => JSON.stringify(await account.inventory()) === JSON.stringify(before),
    )
  }, 120_000)

  it('is cleaned up: what is left is the seeded fleet, and the live one with its own', async () => {
    const run = await project.json(['run', 'cleanup:blue', '--record', 'rich.example.test', '--yes'])
    expect(run.last('run.finished').error).toBeUndefined()
    expect((await account.groupNames()).sort()).toEqual([green.group, 'web'].sort())
    const { balancers, configurations, alarms } = await account.inventory()
    expect(balancers).toHaveLength(2)
    expect(configurations).toHaveLength(2)
    expect(alarms.filter(({ AlarmName = '' }) => AlarmName.startsWith('rich-'))).toHaveLength(5)
    expect(alarms.filter(({ AlarmName = '' }) => AlarmName.startsWith('TargetTracking-'))).toHaveLength(1)
  }, 60_000)
})
