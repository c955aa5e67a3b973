import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../project.ts'
import { until } from '../referees/until.ts'
import { TargetGroups } from '../target-groups.ts'
import { Fleets } from './fleets.ts'
import { Names } from './names.ts'
import { expectServed, Rehearsal, type Telling } from './rehearsal.ts'
import { dnsSwitch, edit } from './rehearsed-cloud.ts'
import { told } from './told.ts'

let rehearsal: Rehearsal
let fleets: Fleets
let names: Names

beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, (directory) =>
    edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1'),
  )
  fleets = new Fleets(rehearsal.cloud)
  names = new Names(rehearsal.cloud)
}, 60_000)

afterAll(() => rehearsal.close())

/** The deployment is refused ahead of its first change. */
async function expectRefused(name: string, flags: readonly string[], telling: Omit<Telling, 'exitCode'>) {
  const before = await rehearsal.account.inventory()
  const result = await rehearsal.deploy('v2', ...flags)
  told(name, [rehearsal.command, ...flags].join(' '), result, { exitCode: 1, ...telling })
  expect(await rehearsal.account.inventory()).toEqual(before)
}

/** Makes a name that leads to a balancer of its own. */
async function nameBalancer(name: string, protocol?: string): Promise<string> {
  await fleets.createBalancer(name, 8080, protocol)
  const record = `${name}.example.test`
  await names.put({ Name: record, Type: 'A', AliasTarget: await fleets.aliasOf(name) })
  return record
}

describe.sequential('a name', () => {
  it('in no zone is refused', () =>
    expectRefused('a name in no zone', ['--record', 'www.nowhere.test'], {
      code: 'E_ZONE_NOT_FOUND',
      says: [/no public hosted zone contains www\.nowhere\.test/, /at call route53:ListHostedZonesByName/],
      hint: /check the name/,
    }))

  it('in two zones of one name is refused', async () => {
    await names.createZone('twice.test')
    await names.createZone('twice.test')
    await expectRefused('a name in two zones', ['--record', 'www.twice.test'], {
      code: 'E_ZONE_AMBIGUOUS',
      says: [
        /www\.twice\.test is in 2 hosted zones: Z\w+ \(public twice\.test\), Z\w+ \(public twice\.test\)/,
      ],
      hint: /which one is meant/,
    })
  })

  it.each([
    ['www..example.test', 'a name with an empty label'],
    ['wwẃ.example.test', 'a name of another alphabet'],
  ])('that no record can have is refused: %j', (record, what) =>
    expectRefused(what, ['--record', record], {
      code: 'E_RECORD_NAME',
      says: [/cannot be the name of a record/],
      hint: /--record www\.example\.com/,
    }),
  )

  it('with addresses of its own is refused', async () => {
    await names.put({
      Name: 'plain.example.test',
      Type: 'A',
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }, { Value: '192.0.2.2' }],
    })
    await expectRefused('a plain A record', ['--record', 'plain.example.test'], {
      code: 'E_RECORD_UNSUPPORTED',
      says: [/the A record of plain\.example\.test holds addresses \(192\.0\.2\.1, 192\.0\.2\.2\)/],
      hint: /alias of the load balancer/,
    })
  })

  it('of several weighted sets that lead to one balancer is refused', async () => {
    const AliasTarget = await fleets.aliasOf('web')
    for (const [SetIdentifier, Weight] of [
      ['one', 90],
      ['two', 10],
    ] as const)
      await names.put({ Name: 'weighted.example.test', Type: 'A', SetIdentifier, Weight, AliasTarget })
    await expectRefused('weighted records', ['--record', 'weighted.example.test'], {
      code: 'E_RECORD_SET',
      says: [/2 weighted records answer for weighted\.example\.test: A one \(weight 90\) → web-/],
      hint: /--set one/,
    })
    const flags = ['--record', 'weighted.example.test', '--set', 'two']
    await expectRefused('a weighted record at the same balancer as another one', flags, {
      code: 'E_RECORD_SET',
      says: [/of the weighted records of weighted\.example\.test, two and one lead to the same balancer/],
      hint: /let one of them lead there/,
    })
  })

  it('that is an alias of another one is refused', async () => {
    await names.put({
      Name: 'other.example.test',
      Type: 'A',
      AliasTarget: {
        DNSName: 'www.example.test',
        HostedZoneId: await names.zoneId(),
        EvaluateTargetHealth: false,
      },
    })
    await expectRefused('an alias of another record', ['--record', 'other.example.test'], {
      code: 'E_RECORD_UNSUPPORTED',
      says: [/other\.example\.test is an alias of another record, www\.example\.test/],
      hint: /switch that one: name www\.example\.test/,
    })
  })

  it('that leads to no balancer at all is refused', async () => {
    await names.put({
      Name: 'page.example.test',
      Type: 'CNAME',
      TTL: 60,
      ResourceRecords: [{ Value: 'pages.example.com' }],
    })
    await expectRefused('a CNAME to no balancer', ['--record', 'page.example.test'], {
      code: 'E_RECORD_UNSUPPORTED',
      says: [/page\.example\.test leads to pages\.example\.com, which is no load balancer/],
      hint: /Elastic Load Balancer/,
    })
  })

  it('that leads to a balancer that is gone is refused', async () => {
    const record = await nameBalancer('gone')
    await fleets.deleteBalancer('gone')
    await expectRefused('an alias of a balancer that is gone', ['--record', record], {
      code: 'E_BALANCER_NOT_FOUND',
      says: [/no load balancer at gone-\S+\.us-east-1\.elb\.amazonaws\.com/],
      hint: /it is deleted, or another account's/,
    })
  })

  it('without a record needs a group', () =>
    expectRefused('no record yet, and no group', ['--record', 'new.example.test'], {
      code: 'E_GROUP_UNNAMED',
      says: [/no Auto Scaling group was named/],
      hint: /--group/,
    }))

  it('without a record, and with a group of another name, is refused', () =>
    expectRefused(
      'no record yet, and a group that does not exist',
      ['--record', 'new.example.test', '--group', 'wbe'],
      {
        code: 'E_GROUP_NOT_FOUND',
        says: [/"wbe" in us-east-1/],
        hint: /did you mean web\?/,
      },
    ))

  it('without a record, and with a group behind no balancer, is taken back', async () => {
    await fleets.create('alone', { size: 1 })
    await until('it is in service', async () => (await fleets.inService('alone')).length === 1, 30_000)
    const before = await rehearsal.account.inventory()
    const flags = ['--record', 'new.example.test', '--group', 'alone']
    const result = await rehearsal.deploy('v2', ...flags)
    told('no record yet, and a group without a balancer', [rehearsal.command, ...flags].join(' '), result, {
      exitCode: 1,
      code: 'E_BALANCER_NONE',
      says: [/there is no load balancer to copy/],
      hint: /attach one to the group first/,
    })
    expect(result.stdout).toMatch(/^! new\.example\.test has no record yet in the hosted zone Z\w+$/m)
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 60_000)

  it('without a record, and with a group behind a target group that no load balancer uses, is refused', async () => {
    const arn = await new TargetGroups(rehearsal.cloud).create('targets')
    await fleets.create('behind', { size: 0, targetGroups: [arn] })
    const flags = ['--record', 'new.example.test', '--group', 'behind']
    await expectRefused(
      'no record yet, and a group behind a target group that no load balancer uses',
      flags,
      {
        code: 'E_BALANCER_UNUSED',
        says: [/no load balancer uses target group targets/],
        hint: /let a listener forward to it/,
      },
    )
  })

  it('without a record, and with a group that another name leads to, is refused', () =>
    expectRefused(
      'no record yet, and a group that another name leads to',
      ['--record', 'new.example.test', '--group', 'web'],
      {
        code: 'E_BALANCER_NAMED',
        says: [/weighted\.example\.test, www\.example\.test lead to load balancer web/],
        hint: /switch one that leads there in place of new\.example\.test/,
      },
    ))

  it('is refused where another name leads to the same balancer', () =>
    expectRefused('another name that leads to the same balancer', [], {
      code: 'E_BALANCER_NAMED',
      says: [/weighted\.example\.test leads to load balancer web/],
      hint: /make it an alias of that, or a CNAME to it/,
    }))

  it('without a record gets one, which a way back takes away', async () => {
    await serve('fresh')
    const before = await rehearsal.account.inventory()
    const result = await keepingUntil(['--record', 'new.example.test', '--group', 'fresh'], async () => {
      expect(await names.setsOf('new.example.test')).toMatchObject([
        {
          Type: 'A',
          AliasTarget: { DNSName: expect.stringMatching(/^fresh--\S+\.elb\.amazonaws\.com\.$/i) },
        },
      ])
    })
    expect(result).toMatchObject({ exitCode: 130 })
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 60_000)

  it('that is a CNAME to a balancer becomes an alias, and a CNAME again', async () => {
    const { DNSName = '' } = await fleets.aliasOf('fresh')
    const record = 'cname.example.test'
    await names.put({ Name: record, Type: 'CNAME', TTL: 30, ResourceRecords: [{ Value: DNSName }] })
    const before = await rehearsal.account.inventory()
    const result = await keepingUntil(['--record', record], async () => {
      expect(await names.setsOf(record)).toMatchObject([
        {
          Type: 'A',
          AliasTarget: { DNSName: expect.stringMatching(/^fresh--\S+\.elb\.amazonaws\.com\.$/i) },
        },
      ])
      const another = await rehearsal.deploy('v3', '--record', 'another.example.test', '--group', 'fresh')
      told('a fleet that another run has pinned', rehearsal.command, another, {
        exitCode: 4,
        code: 'E_LOCKED',
        says: [/fresh is held by run \S+ of \S+@\S+, says its tag viridian:pin/],
        hint: /take it back where it was begun: tasks rollback/,
      })
    })
    expect(result).toMatchObject({ exitCode: 130 })
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 60_000)

  it('that comes to lead to the old balancer while blue is kept takes all of it back', async () => {
    const before = await rehearsal.account.inventory()
    const late = { Name: 'late.example.test', Type: 'A', AliasTarget: await fleets.aliasOf('fresh') } as const
    const flags = ['--record', 'cname.example.test', '--keep-blue', '8s']
    const result = await rehearsal.when(
      /^● kept/,
      () => names.put(late),
      rehearsal.deployment('v2', ...flags),
    )
    told('a name put at the old balancer meanwhile', [rehearsal.command, ...flags].join(' '), result, {
      exitCode: 1,
      code: 'E_BALANCER_NAMED',
      says: [/late\.example\.test leads to load balancer fresh/],
      hint: /make it an alias of that, or a CNAME to it/,
    })
    expectServed(result)
    await names.remove(late)
    await rehearsal.isAgain(before)
  }, 90_000)
})

/** A fleet of one instance behind a balancer of its own. */
async function serve(name: string): Promise<void> {
  await fleets.createBalancer(name, 8080)
  await fleets.create(name, { size: 1, loadBalancers: [name] })
  await until('it is in service', async () => (await fleets.inService(name)).length === 1, 30_000)
}

/** Deploys, looks at what there is while the way back is kept open, and interrupts it then. */
async function keepingUntil(flags: readonly string[], looked: () => Promise<void>): Promise<Result> {
  const looks: Promise<unknown>[] = []
  const args = rehearsal.deployment('v2', '--keep-blue', '10m', ...flags)
  const result = await rehearsal.tasks(args, (line, child) => {
    if (/^● kept/.test(line)) looks.push(looked().finally(() => child.kill('SIGINT')))
  })
  expect(looks).toHaveLength(1)
  await Promise.all(looks)
  return result
}

describe.sequential('a fleet', () => {
  it('of a balancer without a group is refused', async () => {
    const record = await nameBalancer('lone')
    await expectRefused('a balancer without a group', ['--record', record], {
      code: 'E_GROUP_NONE',
      says: [/no Auto Scaling group is behind lone/],
      hint: /attach the load balancer/,
    })
  })

  it('of a balancer with two groups is refused', async () => {
    const record = await nameBalancer('shared')
    for (const name of ['one', 'other'])
      await fleets.create(name, { size: 0, max: 1, loadBalancers: ['shared'] })
    await expectRefused('a balancer with two groups', ['--record', record], {
      code: 'E_GROUP_AMBIGUOUS',
      says: [/several groups are behind shared: one, other/],
      hint: /detach the balancer from the others/,
    })
  })

  it('of a balancer that speaks no HTTP is refused', async () => {
    const record = await nameBalancer('raw', 'TCP')
    await fleets.create('raw', { size: 0, max: 1, loadBalancers: ['raw'] })
    await expectRefused('a balancer without a listener for HTTP', ['--record', record], {
      code: 'E_SMOKE_PORT',
      says: [/raw has no listener for HTTP or HTTPS; it has TCP at 8080/],
      hint: /name the port that speaks HTTP/,
    })
    await expectRefused('a balancer that does not listen at the port', ['--record', record, '--port', '81'], {
      code: 'E_SMOKE_PORT',
      says: [/raw has no listener at port 81; it has TCP at 8080/],
      hint: /name the port that speaks HTTP/,
    })
  })

  it('of a group that wants no instances is refused', async () => {
    const record = await nameBalancer('idle')
    await fleets.create('idle', { size: 0, max: 1, loadBalancers: ['idle'] })
    await expectRefused('a fleet of a group with desired 0', ['--record', record], {
      code: 'E_GROUP_NOT_READY',
      says: [/it wants no instances/],
      hint: /raise its desired capacity/,
    })
  })

  it('with an unhealthy instance is refused', async () => {
    const record = await nameBalancer('sick')
    await fleets.create('sick', { size: 1, loadBalancers: ['sick'] })
    await until(
      'its instance is in service',
      async () => (await fleets.inService('sick')).length === 1,
      30_000,
    )
    const [sick = ''] = await fleets.inService('sick')
    await fleets.sicken('sick', sick)
    await expectRefused('a fleet with an unhealthy instance', ['--record', record], {
      code: 'E_GROUP_NOT_READY',
      says: [new RegExp(`${sick} is InService and Unhealthy`)],
      hint: /wait until every instance is in service and healthy/,
    })
  }, 60_000)
})
