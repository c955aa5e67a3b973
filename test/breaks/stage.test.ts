import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, type Result } from '../project.ts'
import { Rehearsal } from './rehearsal.ts'
import { edit, instanceSwap, refusal } from './rehearsed-cloud.ts'
import { told } from './told.ts'

let rehearsal: Rehearsal

beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap, async (directory) => {
    await edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1')
    // What a real account would be: this stage asks, and takes its account from the environment.
    await edit(join(directory, 'tasks.config.ts'), "{ env: { AWS_PROFILE: 'production' } }", '{}')
  })
}, 60_000)

afterAll(() => rehearsal.close())

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
      says: [
        /on stage "production" could not be confirmed, as there is no terminal to ask at; nothing was changed/,
      ],
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
