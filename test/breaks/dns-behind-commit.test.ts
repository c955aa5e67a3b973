import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../project.ts'
import { until } from '../referees/until.ts'
import { visit } from '../referees/visitor.ts'
import { Fleets } from './fleets.ts'
import { Names } from './names.ts'
import { expectServed, Rehearsal } from './rehearsal.ts'
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

/** A fleet of one instance, behind a balancer and a name of its own, that nobody asks: silence says nothing of it. */
async function serve(name: string) {
  await fleets.createBalancer(name, 8080)
  await fleets.create(name, { size: 1, loadBalancers: [name] })
  await until('it is in service', async () => (await fleets.inService(name)).length === 1, 30_000)
  const set = { Name: `${name}.example.test`, Type: 'A', AliasTarget: await fleets.aliasOf(name) } as const
  await names.put(set)
  return set
}

const flagsFor = (name: string): string[] => [
  ...['--record', `${name}.example.test`, '--quiet-for', '2s', '--quiet-within', '4s'],
]

/** Deploys, and does something once the run is committed. */
const whenCommitted = (what: () => Promise<void>, flags: readonly string[]): Promise<Result> =>
  rehearsal.when(/^● committed/, what, rehearsal.deployment('v2', ...flags))

const resume = ({ stdout }: Result, ...flags: string[]): Promise<Result> =>
  rehearsal.tasks(['resume', /run (\S+)$/m.exec(stdout)?.[1] ?? '', ...flags])

const greenOf = async (name: string): Promise<string> =>
  (await rehearsal.account.groupNames()).find((each) => each.startsWith(`${name}--`)) ?? ''

describe.sequential('behind the commit blue stays full', () => {
  it('where somebody has put the name back at it', async () => {
    const old = await serve('returned')
    let switched: Awaited<ReturnType<Names['setsOf']>> = []
    const back = async (): Promise<void> => {
      switched = await names.setsOf(old.Name)
      await names.put(old)
    }
    const result = await whenCommitted(back, flagsFor('returned'))
    told('the name is put back at blue behind the commit', rehearsal.command, result, {
      exitCode: 3,
      code: 'E_BALANCER_NAMED',
      says: [/returned\.example\.test leads to load balancer returned/],
      hint: /point that name elsewhere first/,
    })
    expectServed(result)
    expect(await fleets.inService('returned')).toHaveLength(1)
    for (const set of switched) await names.put(set)
    expect(await resume(result)).toMatchObject({ exitCode: 0 })
    expect(await fleets.inService('returned')).toEqual([])
  }, 120_000)

  it('where nothing of green is alive any more', async () => {
    await serve('bereft')
    const killGreen = async (): Promise<void> => {
      const green = await greenOf('bereft')
      await rehearsal.account.suspend(green, 'Launch')
      for (const id of await fleets.inService(green)) await rehearsal.account.terminate(id)
    }
    const result = await whenCommitted(killGreen, flagsFor('bereft'))
    told('green dies behind the commit', rehearsal.command, result, {
      exitCode: 3,
      code: 'E_RECORD_UNSERVED',
      says: [/bereft\.example\.test leads to bereft--\S+, where 0 of \d are in service/],
      hint: /then: tasks resume \d{8}-/,
    })
    expect(await fleets.inService('bereft')).toHaveLength(1)
    const green = await greenOf('bereft')
    await rehearsal.account.resume(green, 'Launch')
    await until('green is back', async () => (await fleets.inService(green)).length === 1, 30_000)
    expect(await resume(result)).toMatchObject({ exitCode: 0 })
    expect(await fleets.inService('bereft')).toEqual([])
  }, 120_000)

  it('where it is still asked, until somebody says on a resume to retire it all the same', async () => {
    await serve('loud')
    const { DNSName = '' } = await fleets.aliasOf('loud')
    let isAsked = true
    const asking = (async () => {
      for (; isAsked; await sleep(50)) await visit(rehearsal.cloud, DNSName, 8080).catch(() => undefined)
    })()
    // A minute of AWS, in which requests are counted, takes three seconds here.
    const patience = ['--quiet-for', '4s', '--quiet-within', '8s']
    const result = await rehearsal.deploy('v2', '--record', 'loud.example.test', ...patience)
    told('somebody never stops to ask blue', rehearsal.command, result, {
      exitCode: 3,
      code: 'E_NOT_SILENT',
      says: [/^E_NOT_SILENT: loud still gets requests after 8s: /],
      hint: /"tasks resume \d{8}-\S+" waits again, and with --retire-loud retires it then all the same/,
    })
    const strange = await resume(result, '--keep-blue', '1h')
    expect(strange).toMatchObject({ exitCode: 2 })
    const resumed = await resume(result, '--retire-loud', '--quiet-within', '1s')
    isAsked = false
    await asking
    expect(resumed).toMatchObject({ exitCode: 0 })
    expect(resumed.stdout).toMatch(/loud was not silent after 1s, and the run goes on all the same/)
    expectServed(resumed)
    expect(await fleets.inService('loud')).toEqual([])
  }, 120_000)
})

async function remove(group: string): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = rehearsal.cloud
  const scaling = new AutoScaling({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  await scaling.deleteAutoScalingGroup({ AutoScalingGroupName: group, ForceDelete: true })
  const isGone = async () => !(await rehearsal.account.groupNames()).includes(group)
  await until(`${group} is gone`, isGone, 30_000)
}

it('a group that somebody has deleted meanwhile is retired already, also half-way', async () => {
  await serve('hasty')
  const args = rehearsal.deployment('v2', ...flagsFor('hasty'))
  let isCommitted = false
  const killed = await rehearsal.tasks(args, (line, child) => {
    if (/✓ suspend .* of hasty/.test(line) && isCommitted) child.kill('SIGKILL')
    isCommitted ||= /^● committed/.test(line)
  })
  await remove('hasty')
  const resumed = await resume(killed)
  expect(resumed).toMatchObject({ exitCode: 0 })
  expect(resumed.stdout).toMatch(/^\s*! hasty is deleted already: nothing of it is left to retire$/m)
  expectServed(resumed)
}, 120_000)

it('a group that somebody has deleted while it is kept is no way back: green stays whole, and the resume finishes', async () => {
  const { Name } = await serve('lost')
  const kept = await rehearsal.deploy('v2', ...flagsFor('lost'), '--keep-blue', '10m', '--detach')
  expect(kept).toMatchObject({ exitCode: 0 })
  const run = /run (\S+)$/m.exec(kept.stdout)?.[1] ?? ''
  await remove('lost')
  const switched = await names.setsOf(Name)
  const back = await rehearsal.tasks(['rollback', run])
  told('blue is deleted while it is kept', 'tasks rollback', back, {
    exitCode: 3,
    code: 'E_BLUE_UNHEALTHY',
    says: [/lost\.example\.test stays at lost--\S+ \(1 in service\): lost has 0 of 1 in service/],
    hint: /bring the instances behind lost back in service, .*; to go on in place of that: tasks resume \d{8}-/,
  })
  expect(back.stdout).not.toMatch(/undo/)
  expect(await names.setsOf(Name)).toEqual(switched)
  expect(await rehearsal.account.group(await greenOf('lost'))).toMatchObject({ suspended: [] })
  expect((await rehearsal.tasks(['runs'])).stdout).toMatch(new RegExp(`${run} .* kept`))
  const resumed = await resume(kept)
  expect(resumed).toMatchObject({ exitCode: 0 })
  expect(await names.setsOf(Name)).toEqual(switched)
}, 120_000)
