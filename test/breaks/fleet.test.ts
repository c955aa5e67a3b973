import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../project.ts'
import { expectServed, Rehearsal } from './rehearsal.ts'
import { edit, instanceSwap, refusal } from './rehearsed-cloud.ts'
import { takenBack } from './taken-back.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap, (directory) =>
    // A release whose update takes its time, once it is logged in.
    edit(
      join(directory, 'release.ts'),
      "const web = host.cd('web')",
      "const web = host.cd('web')\n    if (name === 'long') await web.run`echo updating; sleep 2`",
    ),
  )
}, 60_000)
afterAll(() => rehearsal.close())

let victim = ''

/** Deploys, and ends an instance when a line stands on the screen: a new one, or one of the old. */
async function killing(
  at: RegExp,
  { release = 'v2', whom = 'green' }: { release?: string; whom?: 'green' | 'blue' } = {},
): Promise<Result> {
  const { account } = rehearsal
  const old = (await account.instances()).map(({ id }) => id)
  const kill = async (): Promise<void> => {
    const found = (await account.instances()).find(({ id }) => old.includes(id) === (whom === 'blue'))
    victim = found?.id ?? ''
    await account.terminate(victim)
  }
  return rehearsal.when(at, kill, ['run', 'deploy:bluegreen', '--release', release])
}

describe.sequential('a launch', () => {
  it('that finds no room in one zone', async () => {
    const fault = refusal('ec2:RunInstances', {
      skip: 1,
      code: 'InsufficientInstanceCapacity',
      message:
        'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested.',
      status: 500,
    })
    await takenBack(rehearsal, {
      name: 'fewer instances than asked',
      run: () => rehearsal.with([fault], () => rehearsal.deploy('v2')),
      code: 'E_AWS_CAPACITY',
      says: [
        /InsufficientInstanceCapacity: We currently do not have/,
        /at call ec2:RunInstances, request \S+/,
      ],
      hint: /in other zones/,
    })
  }, 90_000)

  it('one of whose instances ends at once', async () => {
    const fault = {
      operation: 'ec2:RunInstances',
      kind: 'spoil',
      code: 'Client.VolumeLimitExceeded',
      message: 'Volume limit exceeded',
    } as const
    await takenBack(rehearsal, {
      name: 'instance ends at launch',
      run: () => rehearsal.with([fault], () => rehearsal.deploy('v2')),
      code: 'E_INSTANCE_LOST',
      says: [/i-\w+ is terminated: Client\.VolumeLimitExceeded: Volume limit exceeded/, /at host i-\w+/],
      hint: /run the task again; .*describe-instances --instance-ids i-/,
    })
  }, 60_000)
})

describe.sequential('an image', () => {
  it('that fails', async () => {
    const fault = {
      operation: 'ec2:CreateImage',
      kind: 'spoil',
      code: 'Server.InternalError',
      message: 'Internal error',
    } as const
    await takenBack(rehearsal, {
      name: 'image fails',
      run: () => rehearsal.with([fault], () => rehearsal.deploy('v2')),
      code: 'E_IMAGE_FAILED',
      says: [/image ami-\w+ is failed: Internal error/, /at call ec2:DescribeImages/],
      hint: /the next run bakes another/,
    })
  }, 60_000)
})

describe.sequential('an instance that dies', () => {
  it('during update_code', async () => {
    await takenBack(rehearsal, {
      name: 'instance dies during update_code',
      run: () => killing(/│ updating/, { release: 'long' }),
      dead: () => victim,
      code: 'E_HOSTS_FAILED',
      says: [/update_code failed on 1 of 2 hosts/, /the connection to i-\w+ was lost/, /at host i-\w+/],
      hint: /run the task again/,
    })
  }, 60_000)

  it('while it is attached', async () => {
    await takenBack(rehearsal, {
      name: 'instance dies while it is attached',
      run: () => killing(/✓ attach 2 to web/),
      dead: () => victim,
      code: 'E_INSTANCE_LOST',
      says: [/web has lost what was attached: i-\w+ is /, /at call autoscaling:DescribeAutoScalingGroups/],
      hint: /activity history/,
    })
  }, 60_000)

  it('in service, ahead of the commit', async () => {
    await takenBack(rehearsal, {
      name: 'instance dies in service',
      run: () => killing(/✓ see 2 in service at web/),
      dead: () => victim,
      code: 'E_NOT_IN_SERVICE',
      says: [/i-\w+ is Absent at web/, /at call elasticloadbalancing:DescribeInstanceHealth/],
      hint: /look at its log/,
    })
  }, 60_000)

  it('as one of the old ones does not keep the new ones from their place', async () => {
    const result = await killing(/▸ update_code/, { whom: 'blue' })
    expect(result).toMatchObject({ exitCode: 0 })
    expectServed(result, victim)
    const instances = await rehearsal.account.instances()
    expect(await Promise.all(instances.map(({ address }) => rehearsal.versionOn(address)))).toEqual([
      'v2',
      'v2',
    ])
    expect(await rehearsal.account.group('web')).toMatchObject({ sizes: [2, 2, 4], suspended: [] })
  }, 60_000)
})
