import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeregisterImageCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit } from '../referees/visitor.ts'
import { Names } from './names.ts'
import { expectServed, Rehearsal } from './rehearsal.ts'
import { dnsSwitch, edit } from './rehearsed-cloud.ts'
import { takenBack } from './taken-back.ts'
import { told } from './told.ts'

let rehearsal: Rehearsal
let names: Names

beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, async (directory) => {
    await edit(join(directory, 'local-fleet.ts'), 'size: 2', 'size: 1')
  })
  names = new Names(rehearsal.cloud)
}, 60_000)

afterAll(() => rehearsal.close())

const record = 'www.example.test'

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
      says: [/image ami-\w+ is failed: Internal error/],
      hint: /the next run bakes another/,
    })
  }, 60_000)

  it('that somebody deletes ahead of the launches', async () => {
    await takenBack(rehearsal, {
      name: 'the image is deleted meanwhile',
      run: () => rehearsal.when(/✓ let web--\S+ launch ami-/, deregister, rehearsal.deployment('v2')),
      code: 'E_INSTANCE_LOST',
      says: [/web--\S+ cannot keep what it launches: 3 launches failed: /],
      hint: /activity history/,
    })
  }, 60_000)
})

async function deregister(): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = rehearsal.cloud
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))
  for (const { ImageId } of Images) await ec2.send(new DeregisterImageCommand({ ImageId }))
}

describe.sequential('a name', () => {
  it('that somebody changes ahead of the switch', async () => {
    await takenBack(rehearsal, {
      name: 'the record is changed meanwhile',
      run: async () => {
        const tuned = (): Promise<void> => names.tune(record, { EvaluateTargetHealth: true })
        const result = await rehearsal.when(/✓ fill web--/, tuned, rehearsal.deployment('v2'))
        await names.tune(record, { EvaluateTargetHealth: false })
        return result
      },
      code: 'E_RECORD_CHANGED',
      says: [/www\.example\.test is not what it was when it was found/],
      hint: /run the task again when they are done/,
    })
  }, 60_000)

  it('that somebody changes while blue is kept, and leaves at green: green stays until they let go', async () => {
    const before = await rehearsal.account.inventory()
    const args = rehearsal.deployment('v2', '--keep-blue', '10m')
    const [old] = await names.setsOf(record)
    let interrupted: Promise<void> | undefined
    const result = await rehearsal.tasks(args, (line, child) => {
      if (/^● kept/.test(line))
        interrupted ??= names
          .tune(record, { EvaluateTargetHealth: true })
          .then(() => void child.kill('SIGINT'))
    })
    await interrupted
    expect(result).toMatchObject({ exitCode: 3 })
    expectServed(result)
    const early = await rehearsal.tasks(['rollback'])
    told('the record is changed and left at green', 'tasks rollback', early, {
      exitCode: 3,
      code: 'E_RECORD_CHANGED',
      says: [/www\.example\.test still leads to web--/],
      hint: /point it at web by hand/,
    })
    expectServed(early)
    if (old) await names.put(old)
    const back = await rehearsal.tasks(['rollback'])
    expect(back).toMatchObject({ exitCode: 0 })
    expectServed(back)
    await rehearsal.isAgain(before)
  }, 90_000)
})

describe.sequential('a fleet', () => {
  it('that is still asked behind the switch stays full until nobody asks', async () => {
    const [old] = await names.setsOf(record)
    const dnsName = old?.AliasTarget?.DNSName ?? ''
    let isAsked = true
    const asking = (async () => {
      for (; isAsked; await sleep(50))
        expect(await visit(rehearsal.cloud, dnsName, 8080)).toMatchObject({ version: 'v1' })
    })()
    const flags = ['--quiet-for', '4s', '--quiet-within', '12s']
    const result = await rehearsal.deploy('v2', ...flags)
    isAsked = false
    await asking
    told('blue still gets requests', [rehearsal.command, ...flags].join(' '), result, {
      exitCode: 3,
      code: 'E_NOT_SILENT',
      says: [/^E_NOT_SILENT: web still gets requests after 12s: /],
      hint: /its access log says who asks/,
    })
    expectServed(result)
    expect(await rehearsal.account.inService('web')).toHaveLength(1)
    const resumed = await rehearsal.tasks(['resume', /run (\S+)$/m.exec(result.stdout)?.[1] ?? ''])
    expect(resumed).toMatchObject({ exitCode: 0 })
    expectServed(resumed)
    expect(await rehearsal.account.group('web')).toMatchObject({ instances: [] })
  }, 120_000)
})
