import { type Cloud, openCloud } from '@viridian/local-cloud/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Python, type ReportLine } from './python.ts'

/** Those that have nothing to be refused for. */
const neverRefused = [
  'autoscaling:DescribeAccountLimits',
  'autoscaling:DescribeAdjustmentTypes',
  'autoscaling:DescribeAutoScalingNotificationTypes',
  'autoscaling:DescribeLifecycleHookTypes',
  'autoscaling:DescribeMetricCollectionTypes',
  'autoscaling:DescribeScalingProcessTypes',
  'autoscaling:DescribeTerminationPolicyTypes',
  'ec2:DeleteKeyPair',
  'elb:DeleteLoadBalancer',
  'route53:GetHostedZoneCount',
]

const reasons: unknown[] = []
let python: Python
let cloud: Cloud

beforeAll(async () => {
  python = await Python.open()
  cloud = await openCloud({ timeScale: 0.05, report: (error) => reasons.push(error) })
}, 300_000)

afterAll(() => cloud.close())

/** What the cloud says that it serves: the keys of its services' handler tables. */
async function served(): Promise<string[]> {
  const headers = { 'x-viridian-secret': cloud.secretAccessKey }
  const operations: string[] = JSON.parse(
    await (await fetch(`${cloud.endpoint}/_viridian/operations`, { headers })).text(),
  )
  // Listed once more by generation.
  return operations.filter((operation) => !operation.startsWith('elasticloadbalancing:')).sort()
}

const named = (lines: readonly ReportLine[], member: string): string[] =>
  [...new Set(lines.filter((line) => member in line).map((line) => String(line[member])))].sort()

describe.sequential('boto3 as the referee of the local cloud', () => {
  it('has a judge that finds what is wrong with an answer', async () => {
    const cases = await python.report('judged.py', cloud)
    const found = Object.fromEntries(cases.map(({ case: name, problems }) => [name, problems]))
    expect(found).toEqual({
      'a right answer': [],
      'a right EC2 answer': [],
      'a wrong number': [expect.stringContaining("MaxSize: 'two' is no integer")],
      'a missing member': [expect.stringContaining('MinSize: is required and missing')],
      'an unknown member': [expect.stringContaining('Colour: the model has no such member')],
      'a member twice': [expect.stringContaining('MaxSize: occurs 2 times')],
      'a wrong item': [expect.stringContaining('an item is called item, not member')],
      'a wrong time': [expect.stringContaining("'yesterday' is no timestamp")],
      'a value out of an enumeration': [expect.stringContaining("'asleep' is not one of pending")],
      'text instead of members': [expect.stringContaining('Code: the model has no such member')],
      'a right JSON answer': [],
      'a wrong JSON answer': [
        expect.stringContaining("Threshold: 'x' is no double"),
        expect.stringContaining("'MOOD' is not one of OK"),
      ],
      'no result': expect.arrayContaining([expect.stringContaining('there is no GetCallerIdentityResult')]),
      'no header': expect.arrayContaining([expect.stringContaining('no header Location')]),
    })
  })

  it('makes, reads, changes and takes down a fleet, and every answer has the shape of the model', async () => {
    const lines = await python.report('story.py', cloud)
    const checks = lines.filter((line) => 'check' in line)
    expect(checks.map(({ check, actual }) => [check, actual])).toEqual(
      checks.map(({ check, expected }) => [check, expected]),
    )
    const answers = lines.filter((line) => 'answered' in line)
    expect(answers.filter(({ problems }) => !Array.isArray(problems) || problems.length > 0)).toEqual([])
    const answered = named(lines, 'answered')
    expect((await served()).filter((operation) => !answered.includes(operation))).toEqual([])
    expect(reasons).toEqual([])
  }, 120_000)

  it('is refused with the codes that AWS documents', async () => {
    const lines = await python.report('refusals.py', cloud)
    const asked = lines.map(({ refused, parameters }) => `${refused} ${JSON.stringify(parameters)}`)
    expect(lines.map(({ actual }, index) => `${asked[index]}: ${actual}`)).toEqual(
      lines.map(({ expected }, index) => `${asked[index]}: ${expected}`),
    )
    const refused = named(lines, 'refused')
    expect((await served()).filter((operation) => !refused.includes(operation))).toEqual(neverRefused)
    expect(reasons).toEqual([])
  }, 120_000)
})
