import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TargetGroups } from '../target-groups.ts'
import { Fleets } from './fleets.ts'
import { expectServed, expectTold, Rehearsal } from './rehearsal.ts'
import { edit, instanceSwap, refusal } from './rehearsed-cloud.ts'
import { told } from './told.ts'

let rehearsal: Rehearsal
let fleets: Fleets

beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap, (directory) =>
    edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1'),
  )
  fleets = new Fleets(rehearsal.cloud)
  await fleets.create('empty', { size: 0, max: 2 })
  await fleets.create('solo', { size: 1 })
  await fleets.create('side', { size: 1, max: 3 })
  await Promise.all([serving('solo'), serving('side')])
}, 60_000)

afterAll(() => rehearsal.close())

async function until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(200)) {
    const value = await look()
    if (value !== undefined) return value
  }
  throw new Error(`not within 30 s: ${what}`)
}

const serving = (group: string): Promise<string[]> =>
  until(`${group} is in service`, async () => {
    const ids = await fleets.inService(group)
    return ids.length > 0 ? ids : undefined
  })

/** What the service answers on every instance of a group: asked directly. */
async function versionsOf(group: string): Promise<unknown[]> {
  const ids = await fleets.inService(group)
  const instances = (await rehearsal.account.instances()).filter(({ id }) => ids.includes(id))
  return Promise.all(
    instances.map(async ({ address }) => {
      const body: { version: unknown } = JSON.parse(await (await fetch(`http://${address}:8080/`)).text())
      return body.version
    }),
  )
}

describe.sequential('a group', () => {
  it('that does not exist is not found, and the nearest is named', async () => {
    const before = await rehearsal.account.inventory()
    told(
      'a group that does not exist',
      'tasks run deploy:bluegreen --group wbe',
      await rehearsal.deploy('v2', '--group', 'wbe'),
      {
        exitCode: 1,
        code: 'E_GROUP_NOT_FOUND',
        says: [/"wbe" in us-east-1/, /at call autoscaling:DescribeAutoScalingGroups/],
        hint: /did you mean web\?/,
      },
    )
    await rehearsal.isAgain(before)
  }, 60_000)

  it('that wants no instances is refused', async () => {
    const before = await rehearsal.account.inventory()
    told(
      'a group with desired 0',
      'tasks run deploy:bluegreen --group empty',
      await rehearsal.deploy('v2', '--group', 'empty'),
      {
        exitCode: 1,
        code: 'E_GROUP_NOT_READY',
        says: [/it wants no instances/],
        hint: /raise its desired capacity/,
      },
    )
    await rehearsal.isAgain(before)
  }, 60_000)

  it('is refused with a balancer that does not exist', async () => {
    const before = await rehearsal.account.inventory()
    told(
      'a balancer that does not exist',
      'tasks run deploy:bluegreen --balancers wbe',
      await rehearsal.deploy('v2', '--balancers', 'wbe'),
      {
        exitCode: 1,
        code: 'E_BALANCER_NOT_FOUND',
        says: [/"wbe"/, /at call elasticloadbalancing:DescribeLoadBalancers/],
        hint: /did you mean web\?/,
      },
    )
    await rehearsal.isAgain(before)
  }, 60_000)

  it('is refused with a target group that no load balancer uses', async () => {
    await new TargetGroups(rehearsal.cloud).create('unused')
    const before = await rehearsal.account.inventory()
    told(
      'a target group that no load balancer uses',
      'tasks run deploy:bluegreen --balancers unused',
      await rehearsal.deploy('v2', '--balancers', 'unused'),
      {
        exitCode: 1,
        code: 'E_BALANCER_UNUSED',
        says: [/no load balancer uses target group unused/],
        hint: /let a listener forward to it/,
      },
    )
    await rehearsal.isAgain(before)
  }, 60_000)

  it('without a balancer, and with its max reached, is replaced', async () => {
    const blue = await serving('solo')
    const result = await rehearsal.deploy('v2', '--group', 'solo')
    expect(result).toMatchObject({ exitCode: 0 })
    expect(await versionsOf('solo')).toEqual(['v2'])
    expect(await fleets.inService('solo')).not.toEqual(blue)
    expect(await rehearsal.account.group('solo')).toMatchObject({ sizes: [0, 1, 1], suspended: [] })
  }, 90_000)

  it('with an unhealthy instance is refused', async () => {
    const [sick = ''] = await serving('solo')
    await fleets.sicken('solo', sick)
    const before = await rehearsal.account.inventory()
    told(
      'a group with an unhealthy instance',
      'tasks run deploy:bluegreen --group solo',
      await rehearsal.deploy('v3', '--group', 'solo'),
      {
        exitCode: 1,
        code: 'E_GROUP_NOT_READY',
        says: [new RegExp(`${sick} is InService and Unhealthy`)],
        hint: /wait until every instance is in service and healthy/,
      },
    )
    await rehearsal.isAgain(before)
  }, 60_000)

  it('with a balancer that is not bound to it is registered there by name', async () => {
    const blue = await serving('side')
    await fleets.balance('side', 8080, blue)
    await until('blue serves', async () =>
      (await rehearsal.account.inService('side')).length > 0 ? true : undefined,
    )
    const result = await rehearsal.deploy('v2', '--group', 'side', '--balancers', 'side')
    expect(result).toMatchObject({ exitCode: 0 })
    const green = await fleets.inService('side')
    expect(green).not.toEqual(blue)
    expect(await rehearsal.account.inService('side')).toEqual(green)
    expect(await versionsOf('side')).toEqual(['v2'])
  }, 90_000)
})

describe.sequential('a release', () => {
  it('is deployed under any name', async () => {
    const name = `v 2'"$(touch owned)\`id\`;&|*?~ %41\\
-é`
    const run = await rehearsal.project.json(['run', 'deploy:bluegreen', '--release', name])
    expect(run.exitCode).toBe(0)
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0, versions: { [name]: expect.anything() } })
    expect(await versionsOf('web')).toEqual([name])
  }, 90_000)

  it('may be named like a directory above', async () => {
    const result = await rehearsal.deploy('..')
    expect(result).toMatchObject({ exitCode: 0 })
    expect(await versionsOf('web')).toEqual(['..'])
  }, 90_000)

  it.each([
    ['', 'an empty release name', { exitCode: 2, code: 'E_ARG_MISSING', hint: /is the variable set/ }],
    [
      'v'.repeat(201),
      'a release name that no file can have',
      { exitCode: 1, code: 'E_RELEASE_NAME', hint: /name it/ },
    ],
  ])(
    'named %j is refused',
    async (name, what, answer) => {
      const before = await rehearsal.account.inventory()
      const result = await rehearsal.deploy(name)
      told(what, `tasks run deploy:bluegreen --release ${name.slice(0, 10) || "''"}`, result, {
        ...answer,
        says: [],
      })
      await rehearsal.isAgain(before)
    },
    60_000,
  )
})

describe.sequential('a plugin that is not listed', () => {
  it.each([
    ['[fleets, instances, ', '[instances, ', 'aws-autoscaling'],
    ['[instances, ', '[fleets, ', 'aws-ec2'],
  ])(
    'is refused before its first step, and what came before is taken back: %s → %s',
    async (from, to, plugin) => {
      const before = await rehearsal.account.inventory()
      await edit(join(rehearsal.project.directory, 'tasks.config.ts'), from, to)
      const result = await rehearsal.deploy('v3')
      told(`${plugin} used but not listed`, 'tasks run deploy:bluegreen', result, {
        exitCode: 1,
        code: 'E_PLUGIN_UNLISTED',
        says: [new RegExp(`the plugin ${plugin}`)],
        hint: /add it to "plugins"/,
      })
      expect(result.stdout).toContain('nothing of it is left')
      await rehearsal.isAgain(before)
    },
    60_000,
  )

  afterAll(() =>
    edit(join(rehearsal.project.directory, 'tasks.config.ts'), '[fleets, ', '[fleets, instances, '),
  )
})

describe.sequential('AWS', () => {
  it('throttles for a while at many calls: the deployment goes through', async () => {
    const throttled = (operation: string, skip = 0) =>
      ({ operation, skip, kind: 'throttle', times: 2 }) as const
    const rules = [
      throttled('DescribeAutoScalingGroups', 2),
      throttled('RunInstances'),
      throttled('CreateImage'),
      throttled('AttachInstances'),
      throttled('EnterStandby'),
      throttled('TerminateInstanceInAutoScalingGroup'),
    ]
    const result = await rehearsal.withSettings({ rules }, () => rehearsal.deploy('v4'))
    expect(result).toMatchObject({ exitCode: 0 })
    expectServed(result)
    expect(await versionsOf('web')).toEqual(['v4'])
  }, 120_000)

  it('finds the credentials expired in mid-run, once: everything is put back', async () => {
    const before = await rehearsal.account.inventory()
    const faults = [expired('autoscaling:AttachInstances', { times: 1 })]
    const result = await rehearsal.with(faults, () => rehearsal.deploy('v5'))
    told('credentials expire in mid-run, and are renewed', 'tasks run deploy:bluegreen', result, {
      exitCode: 1,
      code: 'E_AWS_CREDENTIALS',
      says: [/ExpiredToken/, /at call autoscaling:AttachInstances, request \S+/],
      hint: /sign in again/,
    })
    expectServed(result)
    await rehearsal.isAgain(before)
  }, 90_000)

  it('finds them expired for good: says what is left, and the rollback takes it back later', async () => {
    const before = await rehearsal.account.inventory()
    let attached = (): void => undefined
    const mid = new Promise<void>((resolve) => {
      attached = resolve
    })
    const run = rehearsal.tasks(
      ['run', 'deploy:bluegreen', '--release', 'v5'],
      (line) => /✓ see 1 in service at web/.test(line) && attached(),
    )
    await Promise.race([mid, run])
    const result = await rehearsal.with([expired('*', {})], () => run)
    told('credentials expire in mid-run', 'tasks run deploy:bluegreen', result, {
      exitCode: 3,
      code: 'E_AWS_CREDENTIALS',
      says: [/ExpiredToken/],
      hint: /sign in again/,
    })
    expect(result.stdout).toMatch(/and something is left:.*\n {2}- /)
    expectServed(result)
    const back = await rehearsal.tasks(['rollback'])
    expect(back).toMatchObject({ exitCode: 0 })
    await rehearsal.isAgain(before)
  }, 90_000)
})

const expired = (operation: string, more: object) =>
  refusal(operation, {
    code: 'ExpiredToken',
    message: 'The security token included in the request is expired',
    status: 403,
    ...more,
  })

describe('the fleet of the local cloud', () => {
  it('may have been scaled to nothing: that is said at once', async () => {
    await fleets.empty('web')
    expectTold(await rehearsal.deploy('v9'), {
      exitCode: 1,
      code: 'E_GROUP_NOT_READY',
      says: [/web cannot be replaced now: it wants no instances/],
      hint: /raise its desired capacity/,
    })
  }, 60_000)
})
