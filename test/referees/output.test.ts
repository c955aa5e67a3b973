import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenOf, peakMemory } from './processes.ts'
import { RemoteProject } from './remote-project.ts'
import { Sshd } from './sshd.ts'

const hosts = 50
/** Each line is its number and 250 bytes in all. */
const script = (lines: number): string => `seq -f %0249.0f ${lines}`
/** 20 MB a host, 1 GB in all. */
const aGigabyte = 80_000
/** 10 MB a host: kept in memory, it would still be more than may be there. */
const half = 40_000
const most = 300

let remote: RemoteProject
const servers: Sshd[] = []

beforeAll(async () => {
  remote = await RemoteProject.open()
  servers.push(
    ...(await Promise.all(
      [13, 13, 12, 12].map((addresses) => Sshd.start({ addresses, config: ['MaxStartups 100'] })),
    )),
  )
  const all = servers.flatMap((server, index) => server.hosts(1 + 13 * index))
  await remote.aim(all, servers.map((server) => server.knownHosts()).join(''), '2m')
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await remote.project.remove()
})

/** Runs a command to its end, and gives the most memory that it, or its child, had meanwhile, in MiB. */
async function peakOf(child: ChildProcess, pidOf = () => child.pid): Promise<number> {
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMemory(pidOf() ?? 0) ?? 0)
  }, 50)
  try {
    expect(await once(child, 'close')).toEqual([0, null])
    return peak
  } finally {
    clearInterval(watch)
    child.kill('SIGKILL')
  }
}

describe.sequential('output of fifty hosts is not kept in memory', () => {
  it('1 GB that is thrown away', async () => {
    const args = [remote.project.command, 'run', 'sh', '--script', script(aGigabyte)]
    const stdio = ['ignore', 'ignore', 'inherit'] as const
    const child = spawn(process.execPath, args, { cwd: remote.project.directory, stdio: [...stdio] })
    const peak = await peakOf(child)
    expect(peak).toBeGreaterThan(30)
    expect(peak).toBeLessThan(most)
  }, 300_000)

  it('500 MB on a pipe that is read slowly', async () => {
    const child = remote.project.start(['run', 'sh', '--json', '--script', script(half)])
    let count = 0
    child.stdout?.on('data', async (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1
      child.stdout?.pause()
      await sleep(1)
      child.stdout?.resume()
    })
    const peak = await peakOf(child)
    expect(count).toBeGreaterThanOrEqual(hosts * half)
    expect(peak).toBeGreaterThan(30)
    expect(peak).toBeLessThan(most)
  }, 300_000)

  it('500 MB that are told once, on a terminal', async () => {
    const command = [process.execPath, remote.project.command, 'run', 'sh', '--script', script(half)]
    const child = spawn('python3', ['-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))', ...command], {
      cwd: remote.project.directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    const peak = await peakOf(child, () => childrenOf(child.pid ?? 0)[0])
    expect(text).toMatch(/50 hosts done.*all said the same/)
    expect(text).toContain('39,980 lines more')
    expect(text.length).toBeLessThan(5_000_000)
    expect(peak).toBeGreaterThan(30)
    expect(peak).toBeLessThan(most)
  }, 300_000)
})
