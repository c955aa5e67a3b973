import { execFileSync } from 'node:child_process'
import { rename, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../project.ts'
import { expectServed, Rehearsal } from './rehearsal.ts'
import { edit, instanceSwap } from './rehearsed-cloud.ts'
import { takenBack } from './taken-back.ts'

let rehearsal: Rehearsal
const doors: Server[] = []

/** A port on which no machine listens: whoever listens there instead is the test's choice. */
const door = 2299

/** Builds a release whose name says what becomes of its archive. */
const breakingBuild = `
import { rm, truncate } from 'node:fs/promises'
await import('./build.mjs')
const [name, archive] = process.argv.slice(2)
if (name === 'missing') await rm(archive)
if (name === 'truncated') await truncate(archive, 700)
`

const stage = (name: string, ssh: string): string =>
  `'${name}': { plugins: [localCloud({ fleet })], defaults: { group: 'web' }, ssh: { ${ssh} } },\n`

beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap, async (directory) => {
    const build = join(directory, 'app/build-release.mjs')
    await rename(build, join(directory, 'app/build.mjs'))
    await writeFile(build, breakingBuild)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'strangers-key')])
    const stages = [
      stage('stranger', "identityFile: 'strangers-key'"),
      stage('closed', "port: 2223, connectTimeout: '2s'"),
      stage('door', `port: ${door}, connectTimeout: '15s'`),
    ]
    const at = '    production:'
    await edit(join(directory, 'tasks.config.ts'), at, `${stages.join('')}${at}`)
    // A release that does not become healthy is not waited for as long.
    await edit(join(directory, 'app/health.mjs'), "seconds = '15'", "seconds = '2'")
  })
}, 60_000)

afterEach(async () => {
  await Promise.all(doors.splice(0).map((each) => new Promise((resolve) => each.close(resolve))))
})
afterAll(() => rehearsal.close())

/** Opens the door of every new machine to `port` of `address`, its own when left out, at the beginning of update_code. */
function withDoors(release: string, lead: (address: string) => string, delay = 0): Promise<Result> {
  const known = rehearsal.account.instances()
  const open = async (): Promise<void> => {
    const old = (await known).map(({ id }) => id)
    const fresh = (await rehearsal.account.instances()).filter(({ id }) => !old.includes(id))
    await sleep(delay)
    for (const { address } of fresh) doors.push(listen(address, lead(address)))
  }
  const args = ['run', 'deploy:bluegreen', '--release', release, '--stage', 'door']
  return rehearsal.when(/▸ update_code/, open, args)
}

function listen(address: string, target: string): Server {
  return createServer((socket) => {
    const upstream = connect(2222, target)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    socket.pipe(upstream).pipe(socket)
  }).listen(door, address)
}

describe.sequential('a deployment onto hosts', () => {
  it('that refuse its key', async () => {
    await takenBack(rehearsal, {
      name: 'SSH key refused',
      run: () => rehearsal.deploy('v2', '--stage', 'stranger'),
      code: 'E_HOSTS_FAILED',
      says: [
        /update_code failed on 2 of 2 hosts/,
        /i-\w+: deploy@[\d.]+:2222 refused to log in: tried \S*strangers-key/,
      ],
      hint: /add its key to the agent/,
    })
  }, 60_000)

  it('that show another key than their consoles do', async () => {
    const [impostor] = await rehearsal.account.instances()
    await takenBack(rehearsal, {
      name: 'host key changed',
      run: () => withDoors('v2', () => impostor?.address ?? ''),
      code: 'E_HOSTS_FAILED',
      says: [
        /i-\w+: shows the ssh-ed25519 key SHA256:\S+, which is none of the keys it is known by: SHA256:/,
      ],
      hint: /compare the key with the one on its console/,
    })
  }, 60_000)

  it('that cannot be reached', async () => {
    await takenBack(rehearsal, {
      name: 'host unreachable',
      run: () => rehearsal.deploy('v2', '--stage', 'closed'),
      code: 'E_HOSTS_FAILED',
      says: [/i-\w+: [\d.]+:2223 cannot be reached within 2s: connect ECONNREFUSED/],
      hint: /check that it is up/,
    })
  }, 60_000)
})

describe.sequential('a release', () => {
  it('whose archive is missing', async () => {
    await takenBack(rehearsal, {
      name: 'release archive missing',
      run: () => rehearsal.deploy('missing'),
      code: 'E_HOSTS_FAILED',
      says: [/cannot upload \S+missing\.tgz: ENOENT/],
      hint: /directory of the task file/,
    })
  }, 60_000)

  it('whose archive is truncated', async () => {
    await takenBack(rehearsal, {
      name: 'release archive truncated',
      run: () => rehearsal.deploy('truncated'),
      code: 'E_HOSTS_FAILED',
      says: [
        /i-\w+, i-\w+: "cd web && tar xzf truncated\.tgz .*" failed with exit code 2/,
        /unexpected end|EOF/i,
      ],
      hint: /all that the hosts said stands above/,
    })
  }, 60_000)

  it('that does not fit on the disk', async () => {
    await takenBack(rehearsal, {
      name: 'release fills the disk',
      run: () => rehearsal.withSettings({ freeDisk: 512 }, () => rehearsal.deploy('v2')),
      code: 'E_HOSTS_FAILED',
      says: [/put \S+v2\.tgz v2\.tgz" failed/, /File too large|No space left/],
      hint: /make room on the host/,
    })
  }, 60_000)

  it.each([
    ['broken', 'release never healthy', /it is not healthy \(HTTP 503\), after 2 s/],
    ['wrong', 'release of another version', /it answers version "v0", not "wrong"/],
  ])(
    'that is %s',
    async (release, name, reason) => {
      await takenBack(rehearsal, {
        name,
        run: () => rehearsal.deploy(release),
        code: 'E_HOSTS_FAILED',
        says: [/validate_service failed on 2 of 2 hosts/, reason],
        hint: /all that the hosts said stands above/,
      })
    },
    60_000,
  )
})

describe.sequential('sshd that comes up late', () => {
  it('is waited for, within its deadline', async () => {
    const result = await withDoors('v2', (address) => address, 1_500)
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expectServed(result)
    const instances = await rehearsal.account.instances()
    expect(await Promise.all(instances.map(({ address }) => rehearsal.versionOn(address)))).toEqual([
      'v2',
      'v2',
    ])
  }, 60_000)
})
