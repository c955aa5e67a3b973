import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, TargetGroups } from '../testing/target-groups.ts'
import { openTestCloud, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: TargetGroups
let blue: string
let green: string

beforeAll(async () => {
  cloud = await openTestCloud()
  groups = new TargetGroups(cloud)
  ;[blue = '', green = ''] = await cloud.launch(2)
  await groups.serve(blue, 'blue', (incoming, response) => {
    const hold = incoming.url === '/slow' ? 600 : 0
    setTimeout(() => response.end('blue'), hold)
  })
  await groups.serve(green, 'green')
})

afterAll(async () => {
  groups.close()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

/** A balancer whose listener forwards to a group each for blue and green, with these weights. */
async function weighted(name: string, weights: readonly [number, number], sticky = false) {
  const arns = [await groups.createGroup(`${name}-blue`), await groups.createGroup(`${name}-green`)]
  const [blueGroup = '', greenGroup = ''] = arns
  const balancer = await groups.createBalancer(name)
  const forward = (parts: readonly [number, number]) => ({
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: blueGroup, Weight: parts[0] },
        { TargetGroupArn: greenGroup, Weight: parts[1] },
      ],
      TargetGroupStickinessConfig: sticky ? { Enabled: true, DurationSeconds: 3600 } : { Enabled: false },
    },
  })
  const listener = await groups.listen(balancer, forward(weights))
  await groups.register(blueGroup, blue)
  await groups.register(greenGroup, green)
  for (const arn of arns) await groups.healthy(arn, 1)
  const weigh = (parts: readonly [number, number]) =>
    groups.client.modifyListener({ ListenerArn: listener, DefaultActions: [forward(parts)] })
  return { balancer, listener, address: await groups.addressOf(balancer), weigh, blueGroup, greenGroup }
}

describe('an Application Load Balancer', () => {
  test('forwards by weight, which a modified listener shifts', async () => {
    const { address, weigh } = await weighted('shift', [1, 0])
    const bodies = async (): Promise<Set<string>> => {
      const replies = await Promise.all(Array.from({ length: 40 }, () => ask(address)))
      return new Set(replies.map(({ body }) => body))
    }
    expect(await bodies()).toEqual(new Set(['blue']))
    await weigh([50, 50])
    expect(await bodies()).toEqual(new Set(['blue', 'green']))
    await weigh([0, 1])
    expect(await bodies()).toEqual(new Set(['green']))
  })

  test('keeps a client with its group while that stickiness is on', async () => {
    const { address, weigh } = await weighted('sticky', [1, 0], true)
    const { headers } = await ask(address)
    const [cookie = ''] = [headers['set-cookie'] ?? []].flat()
    expect(cookie).toMatch(/^AWSALBTG=\w+; Expires=.*; Path=\//)
    await weigh([0, 1])
    expect((await ask(address, '/', { Cookie: cookie.split(';')[0] ?? '' })).body).toBe('blue')
    expect((await ask(address)).body).toBe('green')
  })

  test('goes by the rules of its listener, by priority', async () => {
    const { listener, address, blueGroup, greenGroup } = await weighted('rules', [1, 0])
    const rule = (Priority: number, condition: object, action: object) =>
      groups.client.createRule({
        ListenerArn: listener,
        Priority,
        Conditions: [{ Field: 'path-pattern', ...condition }],
        Actions: [{ Type: 'forward', ...action }],
      })
    await rule(20, { Values: ['/api/*'] }, { TargetGroupArn: blueGroup })
    const { Rules: [first] = [] } = await rule(10, { Values: ['/api/v2*'] }, { TargetGroupArn: greenGroup })
    await rule(
      30,
      { Field: 'host-header', Values: ['old.example.test'] },
      { Type: 'redirect', RedirectConfig: { Host: 'www.example.test', StatusCode: 'HTTP_301' } },
    )
    await rule(
      40,
      { Values: ['/closed'] },
      {
        Type: 'fixed-response',
        FixedResponseConfig: { StatusCode: '503', ContentType: 'text/plain', MessageBody: 'closed' },
      },
    )
    expect((await ask(address, '/api/v1')).body).toBe('blue')
    expect((await ask(address, '/api/v2')).body).toBe('green')
    expect(await ask(address, '/a?b=c', { Host: 'old.example.test:8080' })).toMatchObject({
      status: 301,
      headers: { location: 'http://www.example.test:8080/a?b=c', server: 'awselb/2.0' },
    })
    expect(await ask(address, '/closed')).toMatchObject({ status: 503, body: 'closed' })

    await groups.client.setRulePriorities({ RulePriorities: [{ RuleArn: first?.RuleArn, Priority: 25 }] })
    expect((await ask(address, '/api/v2')).body).toBe('blue')
    await groups.client.deleteRule({ RuleArn: first?.RuleArn })
    const { Rules = [] } = await groups.client.describeRules({ ListenerArn: listener })
    expect(Rules.map(({ Priority }) => Priority)).toEqual(['20', '30', '40', 'default'])
  })

  test('meets regular expressions, and rewrites host and path as its rules say', async () => {
    const TargetGroupArn = await groups.createGroup('rewritten', { Port: 9002 })
    await groups.serve(
      blue,
      'echo',
      ({ url, headers }, response) => response.end(`${headers.host}${url}`),
      9002,
    )
    const forward = { Type: 'forward' as const, TargetGroupArn }
    const balancer = await groups.createBalancer('rewritten')
    const ListenerArn = await groups.listen(balancer, forward)
    await groups.register(TargetGroupArn, blue)
    await groups.healthy(TargetGroupArn, 1)
    const url = { Rewrites: [{ Regex: '^/v(\\d+)/', Replace: '/api/$1/' }] }
    const host = { Rewrites: [{ Regex: '^old\\.', Replace: 'new.' }] }
    const { Rules: [rule] = [] } = await groups.client.createRule({
      ListenerArn,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', RegexValues: ['^/v[0-9]+/'] }],
      Actions: [forward],
      Transforms: [
        { Type: 'url-rewrite', UrlRewriteConfig: url },
        { Type: 'host-header-rewrite', HostHeaderRewriteConfig: host },
      ],
    })
    expect(rule).toMatchObject({
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/v[0-9]+/'] } }],
      Transforms: [{ UrlRewriteConfig: url }, { HostHeaderRewriteConfig: host }],
    })
    const address = await groups.addressOf(balancer)
    const body = async (path: string) => (await ask(address, path, { Host: 'old.example.test' })).body
    expect(await body('/v2/things?a=b')).toBe('new.example.test/api/2/things?a=b')
    expect(await body('/vx/things')).toBe('old.example.test/vx/things')
    await groups.client.modifyRule({ RuleArn: rule?.RuleArn, ResetTransforms: true })
    expect(await body('/v2/things')).toBe('old.example.test/v2/things')
  })

  test('keeps rules that are made at one moment, and refuses one priority twice', async () => {
    const balancer = await groups.createBalancer('at-once')
    const FixedResponseConfig = { StatusCode: '200' }
    const answer = { Type: 'fixed-response' as const, FixedResponseConfig }
    const ListenerArn = await groups.listen(balancer, answer)
    const make = (Priority: number) =>
      groups.client.createRule({
        ListenerArn,
        Priority,
        Conditions: [{ Field: 'path-pattern', Values: [`/${Priority}`] }],
        Actions: [answer],
      })
    const made = await Promise.allSettled([1, 2, 3, 3].map(make))
    expect(made.map(({ status }) => status).sort()).toEqual([...Array(3).fill('fulfilled'), 'rejected'])
    const { Rules = [] } = await groups.client.describeRules({ ListenerArn })
    expect(Rules.map(({ Priority }) => Priority)).toEqual(['1', '2', '3', 'default'])
  })

  test('lets requests in flight end after a deregistration, and shows the target as draining for the whole delay', async () => {
    const { address, blueGroup } = await weighted('drain', [1, 0])
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '100' }]
    await groups.client.modifyTargetGroupAttributes({ TargetGroupArn: blueGroup, Attributes })
    const slow = ask(address, '/slow')
    await cloud.pass(5)
    await groups.client.deregisterTargets({ TargetGroupArn: blueGroup, Targets: [{ Id: blue }] })
    expect((await groups.health(blueGroup))[0]?.TargetHealth).toEqual({
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    })
    expect((await ask(address)).status).toBe(503)
    expect((await slow).body).toBe('blue')
    expect(await groups.states(blueGroup)).toEqual(['draining'])
    await until(async () => (await groups.health(blueGroup)).length === 0, 'the end of the draining')
    expect((await groups.health(blueGroup, blue))[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    })
  })
})
