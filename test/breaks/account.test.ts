import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../messages.ts'
import { ended, type Result } from '../project.ts'
import { Fleets } from './fleets.ts'
import { edit, expectServed, expectTold, Rehearsal, refusal } from './rehearsal.ts'

let rehearsal: Rehearsal
let fleets: Fleets

beforeAll(async () => {
  rehearsal = await Rehearsal.open(async (directory) => {
    await edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1')
    // What a real account would be: this stage asks, and takes its account from the environment.
    await edit(join(directory, 'tasks.config.ts'), "{ env: { AWS_PROFILE: 'production' } }", '{}')
  })
  fleets = new Fleets(rehearsal.cloud)
  await fleets.create('empty', { size: 0, max: 2 })
  await fleets.create('solo', { size: 1 })
  await fleets.create('side', { size: 1, max: 3 })
  await Promise.all([serving('solo'), serving('side')])
}, 60_000)

afterAll(() => rehearsal.close())

const screenOf = ({ stdout, stderr }: Result): string => stdout + stderr

function told(name: string, command: string, result: Result, expected: Parameters<typeof expectTold>[1]) {
  expectTold(result, expected)
  record({ case: name, command, exitCode: result.exitCode, screen: screenOf(result) })
}

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
    ['', 'an empty release name'],
    ['v'.repeat(201), 'a release name that no file can have'],
  ])(
    'named %j is refused',
    async (name, what) => {
      const before = await rehearsal.account.inventory()
      const result = await rehearsal.deploy(name)
      told(what, `tasks run deploy:bluegreen --release ${name.slice(0, 10) || "''"}`, result, {
        exitCode: 1,
        code: 'E_RELEASE_NAME',
        says: [],
        hint: /name it/,
      })
      await rehearsal.isAgain(before)
    },
    60_000,
  )
})

describe.sequential('a plugin that is not listed', () => {
  it.each([
    ['[fleets, instances, traffic]', '[instances, traffic]', 'aws-autoscaling'],
    ['[instances, traffic]', '[fleets, traffic]', 'aws-ec2'],
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
    edit(
      join(rehearsal.project.directory, 'tasks.config.ts'),
      '[fleets, traffic]',
      '[fleets, instances, traffic]',
    ),
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

describe('a stage of its own account', () => {
  let page: Server
  afterAll(() => page.close())

  const nowhere = {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
  }
  const known = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'no-such-secret' }
  const account = () => ({
    ...nowhere,
    AWS_ENDPOINT_URL: rehearsal.cloud.endpoint,
    AWS_ACCESS_KEY_ID: rehearsal.cloud.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rehearsal.cloud.secretAccessKey,
  })
  const pageAt = () => `http://127.0.0.1:${(page.address() as AddressInfo).port}`
  const on = (env: Record<string, string>, ...flags: string[]) =>
    ended(
      rehearsal.project.start(
        ['run', 'deploy:bluegreen', '--release', 'v9', '--group', 'web', '--stage', 'production', ...flags],
        env,
      ),
    )
  const command = 'tasks run deploy:bluegreen --stage production --yes'
  const planning = 'tasks plan deploy:bluegreen --stage production'
  /** As a plan, which locks nothing. */
  const tried = (env: Record<string, string>) =>
    ended(
      rehearsal.project.start(
        ['plan', 'deploy:bluegreen', '--release', 'v9', '--group', 'web', '--stage', 'production'],
        env,
      ),
    )

  it('is not changed without --yes where nobody can be asked', async () => {
    const before = await rehearsal.account.inventory()
    told('a stage that asks, without a terminal', command.replace(' --yes', ''), await on(account()), {
      exitCode: 1,
      code: 'E_NOT_CONFIRMED',
      says: [/stage "production"; nothing was changed/],
      hint: /--yes/,
    })
    await rehearsal.isAgain(before)
  }, 60_000)

  const cases: [string, () => Record<string, string>, string, RegExp[], RegExp][] = [
    [
      'no credentials',
      () => ({ ...nowhere, AWS_ENDPOINT_URL: rehearsal.cloud.endpoint }),
      'E_AWS_CREDENTIALS',
      [/autoscaling:DescribeAutoScalingGroups/],
      /AWS_PROFILE/,
    ],
    [
      'a profile that does not exist',
      () => ({ ...nowhere, AWS_PROFILE: 'nobody' }),
      'E_AWS_CREDENTIALS',
      [/nobody/],
      /AWS_PROFILE/,
    ],
    [
      'an unknown access key',
      () => ({ ...account(), ...known }),
      'E_AWS_CREDENTIALS',
      [/InvalidClientTokenId/, /request \S+/],
      /AWS does not know these credentials/,
    ],
    [
      'a wrong secret',
      () => ({ ...account(), AWS_SECRET_ACCESS_KEY: 'wrong' }),
      'E_AWS_SIGNATURE',
      [/SignatureDoesNotMatch/],
      /the secret access key/,
    ],
    [
      'no region',
      () => ({ ...account(), AWS_REGION: '' }),
      'E_AWS_REGION',
      [/no region is set/],
      /AWS_REGION/,
    ],
    [
      'an endpoint that refuses connections',
      () => ({ ...account(), AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }),
      'E_AWS_UNREACHABLE',
      [/ECONNREFUSED/],
      /AWS_ENDPOINT_URL/,
    ],
    [
      'an endpoint that is no address',
      () => ({ ...account(), AWS_ENDPOINT_URL: 'http://nowhere.invalid' }),
      'E_AWS_UNREACHABLE',
      [/nowhere\.invalid/],
      /AWS_ENDPOINT_URL/,
    ],
    [
      'an endpoint that is no URL',
      () => ({ ...account(), AWS_ENDPOINT_URL: 'here' }),
      'E_AWS_ENDPOINT',
      [/"here"/],
      /AWS_ENDPOINT_URL/,
    ],
    [
      'an endpoint that answers a page',
      () => ({ ...account(), AWS_ENDPOINT_URL: pageAt() }),
      'E_AWS_ANSWER',
      [/what answered is not AWS/],
      /AWS_ENDPOINT_URL/,
    ],
    [
      'an endpoint that answers an error page',
      () => ({ ...account(), AWS_ENDPOINT_URL: `${pageAt()}/broken` }),
      'E_AWS_ANSWER',
      [/what answered is not AWS \(502/],
      /AWS_ENDPOINT_URL/,
    ],
  ]
  // Most of the time goes into the SDK's retries: the commands run side by side.
  const results = new Map<string, Promise<Result>>()
  beforeAll(async () => {
    page = createServer((request, response) => {
      request.resume()
      response.writeHead(request.url?.startsWith('/broken') ? 502 : 200, { 'content-type': 'text/html' })
      response.end('<!doctype html>\n<html><title>Sign in to the network</title></html>\n')
    })
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    for (const [name, env] of cases) results.set(name, tried(env()))
  })
  it.each(cases)(
    'with %s says so',
    async (name, _, code, says, hint) => {
      const result = await results.get(name)
      if (result) told(name, planning, result, { exitCode: 1, code, says, hint })
      expect(result).toBeDefined()
    },
    60_000,
  )

  it('works from a machine whose clock is off', async () => {
    await rehearsal.project.write(
      'late.mjs',
      'const now = Date.now\nDate.now = () => now() - 7_200_000\nconst D = Date\nglobalThis.Date = class extends D { constructor(...given) { super(...(given.length > 0 ? given : [D.now()])) } }\n',
    )
    const late = { NODE_OPTIONS: `--import ${join(rehearsal.project.directory, 'late.mjs')}` }
    const result = await tried({ ...account(), ...late })
    expect(result).toMatchObject({ exitCode: 0 })
  }, 60_000)

  it('says that the clock is off when AWS goes on refusing', async () => {
    const faults = [
      refusal('autoscaling:DescribeAutoScalingGroups', {
        code: 'RequestTimeTooSkewed',
        message: 'The difference between the request time and the current time is too large.',
      }),
    ]
    told('a clock that is off', command, await rehearsal.with(faults, () => on(account(), '--yes')), {
      exitCode: 1,
      code: 'E_AWS_SIGNATURE',
      says: [/RequestTimeTooSkewed/],
      hint: /clock/,
    })
  }, 60_000)
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
