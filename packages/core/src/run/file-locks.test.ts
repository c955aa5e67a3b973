import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { FileLocks } from './file-locks.ts'
import type { Holder } from './lease.ts'
import type { LockEvents } from './lock.ts'

const holder = (run: string, pid = process.pid): Holder => ({
  run,
  task: 'deploy',
  user: 'somebody',
  host: 'here',
  pid,
})
const lost: string[] = []
const taken: string[] = []
const events: LockEvents = {
  onLost: ({ message }) => lost.push(message),
  onTakeover: ({ run }) => taken.push(run),
}
let locks: FileLocks

beforeEach(async () => {
  lost.length = 0
  taken.length = 0
  locks = new FileLocks(await temporaryDirectory())
})
afterEach(() => void vi.useRealTimers())

describe('a lock', () => {
  it('refuses a second run, naming the holder, until it is released', async () => {
    const held = await locks.acquire('group/web', holder('one'), events)
    await expect(locks.acquire('group/web', holder('two'), events)).rejects.toMatchObject({
      code: 'E_LOCKED',
      message: expect.stringMatching(/group\/web is locked by somebody on here: run one of "deploy"/),
    })
    await locks.acquire('group/api', holder('two'), events)
    await held.release()
    await locks.acquire('group/web', holder('two'), events)
    expect(taken).toEqual([])
  })

  it('may have a name as long as any of AWS, and is told from others of its beginning', async () => {
    const name = `group/${'é'.repeat(254)}`
    await locks.acquire(`${name}1`, holder('one'), events)
    await locks.acquire(`${name}2`, holder('two'), events)
    await expect(locks.acquire(`${name}1`, holder('two'), events)).rejects.toMatchObject({ code: 'E_LOCKED' })
  })

  it('of a run that goes on is refused to another process of that run, and given to the same once more', async () => {
    await locks.acquire('run/one', holder('one'), events)
    // Process 1 lives as long as the machine runs.
    await expect(locks.acquire('run/one', holder('one', 1), events)).rejects.toMatchObject({
      code: 'E_LOCKED',
    })
    await locks.acquire('run/one', holder('one'), events)
    expect(taken).toEqual([])
  })

  it.runIf(process.platform === 'linux')(
    'of a process that has ended, and that nobody has asked after yet, is taken over',
    async () => {
      // The shell is replaced by a program that asks after no child: once it answers, it is.
      const parent = spawn('sh', ['-c', 'sleep 60 >/dev/null & echo $!; exec cat'])
      onTestFinished(() => void parent.kill())
      const [said] = await once(parent.stdout, 'data')
      parent.stdin.write('there')
      await once(parent.stdout, 'data')
      const child = Number(said)
      process.kill(child)
      await expect.poll(() => readFileSync(`/proc/${child}/stat`, 'utf8')).toMatch(/\) Z /)
      await locks.acquire('group/web', holder('dead', child), events)
      await locks.acquire('group/web', holder('two'), events)
      expect(taken).toEqual(['dead'])
    },
  )

  it('goes to exactly one of many that ask at once', async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => locks.acquire('group/web', holder(`run-${n}`), events)),
    )
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('that is kept does not lapse, and goes to its own run alone', async () => {
    const kept = await locks.acquire('group/web', holder('one', 2 ** 22), events)
    await kept.keep('2030-01-01T00:00:00.000Z')
    kept.leave()
    await expect(locks.acquire('group/web', holder('two'), events)).rejects.toMatchObject({
      code: 'E_LOCKED',
      message: expect.stringMatching(/keeps its way back open until 2030/),
    })
    const taken = await locks.acquire('group/web', holder('one'), events)
    await kept.look()
    expect(lost).toEqual([expect.stringMatching(/run one was taken over by somebody on here, process \d+/)])
    // What is not its own any more is not released by it.
    await kept.release()
    expect(await locks.holder('group/web')).toMatchObject({ run: 'one', pid: process.pid })
    await taken.release()
    expect(await locks.holder('group/web')).toBeUndefined()
  })

  it('is taken over, aloud and by one alone, when its holder has died', async () => {
    const gone = 2 ** 22 + 1
    await locks.acquire('group/web', holder('dead', gone), events)
    const asked = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => locks.acquire('group/web', holder(`run-${n}`), events)),
    )
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(taken).toEqual(['dead'])
  })

  it('lapses when it is not renewed, and its holder is told before its next change', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const held = await locks.acquire('group/web', holder('one'), events)
    held.check()
    vi.setSystemTime(Date.now() + 31_000)
    expect(() => held.check()).toThrow(expect.objectContaining({ code: 'E_LOCK_LOST' }))
    await locks.acquire('group/web', holder('two'), events)
    expect(taken).toEqual(['one'])
  })
})

describe('the list of locks', () => {
  it('has every lock, and of one that cannot be read, or that was taken over half-way, the error', async () => {
    const directory = await temporaryDirectory()
    const listed = new FileLocks(directory)
    expect(await listed.list()).toEqual([])
    await listed.acquire('group/web', holder('one'), events)
    await writeFile(join(directory, 'locks/half.json'), '{"run":')
    const lapsed = { ...holder('two'), since: '2026-01-01T00:00:00.000Z', until: '2026-01-01T00:00:30.000Z' }
    await writeFile(join(directory, 'locks/alarm.json.next'), JSON.stringify(lapsed))
    // Another is being taken over at this moment.
    const living = { ...lapsed, host: hostname(), pid: process.pid, until: '2126-01-01T00:00:30.000Z' }
    await writeFile(join(directory, 'locks/group%2Fweb.json.next'), JSON.stringify(living))
    const found = (await listed.list()).map(({ file, lease }) => [basename(file), lease])
    expect(found).toHaveLength(3)
    expect(Object.fromEntries(found)).toMatchObject({
      'group%2Fweb.json': { run: 'one' },
      'half.json': { code: 'E_STATE_READ', place: { file: join(directory, 'locks/half.json') } },
      'alarm.json.next': {
        code: 'E_STATE_READ',
        message: expect.stringMatching('died while it took a lock over'),
      },
    })
  })

  it('is refused where the directory is none', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'locks'), '')
    await expect(new FileLocks(directory).list()).rejects.toMatchObject({ code: 'E_STATE_READ' })
  })
})
