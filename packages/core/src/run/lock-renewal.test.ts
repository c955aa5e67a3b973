import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { FileLocks } from './file-locks.ts'
import { type Holder, type Lease, renewed } from './lease.ts'
import type { LockEvents } from './lock.ts'

const holder = (run: string, pid = process.pid, host = 'here'): Holder => ({
  ...{ run, task: 'deploy', user: 'somebody', host, pid },
})
const gone = 2 ** 22 + 1
const lost: string[] = []
const taken: string[] = []
const events: LockEvents = {
  onLost: ({ message }) => lost.push(message),
  onTakeover: ({ run }) => taken.push(run),
}
const name = 'web'
let locks: FileLocks
let file: string

beforeEach(async () => {
  lost.length = 0
  taken.length = 0
  const directory = await temporaryDirectory()
  locks = new FileLocks(directory)
  file = join(directory, 'locks', `${name}.json`)
})
afterEach(() => void vi.useRealTimers())

const write = (lease: Lease): Promise<void> => writeFile(file, JSON.stringify(lease))
const since = '2026-01-01T00:00:00.000Z'

/** A lock whose renewals wait for the test. */
async function heldByOne() {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  return locks.acquire(name, holder('one'), events)
}

/** Has as many renewals begin one after another, each with as much time as two writings take. */
async function renewals(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    vi.advanceTimersByTime(10_000)
    for (const clock of ['one', 'other']) {
      const written = await locks.acquire(clock, holder('clock'), events)
      await written.release()
    }
  }
}

describe('the renewal of a lock', () => {
  it('does not bring it back when it is released meanwhile', async () => {
    const held = await heldByOne()
    vi.advanceTimersByTime(10_000)
    await held.release()
    await sleep(200)
    expect(await locks.lease(name)).toBeUndefined()
    expect(lost).toEqual([])
  })

  it('does not take it back that the way back is kept open since', async () => {
    const held = await heldByOne()
    vi.advanceTimersByTime(10_000)
    await held.keep(since)
    await sleep(200)
    expect(await locks.lease(name)).toMatchObject({ kept: since })
    await held.release()
  })

  it('keeps it for as long as its holder lives', async () => {
    const held = await heldByOne()
    for (let time = 0; time < 4; time += 1) {
      await renewals(1)
      const end = expect.objectContaining({ until: new Date(Date.now() + 30_000).toISOString() })
      await expect.poll(() => locks.lease(name)).toEqual(end)
    }
    held.check()
    await held.release()
    await renewals(1)
    expect(await locks.lease(name)).toBeUndefined()
    expect(lost).toEqual([])
  })

  it('ends where somebody else has the lock, and leaves it to them', async () => {
    const held = await heldByOne()
    const other = renewed(holder('two'), since)
    await write(other)
    await renewals(1)
    await expect.poll(() => lost).toEqual(['the lock on web was lost: two has taken it'])
    await renewals(1)
    await held.keep('2030-01-01T00:00:00.000Z')
    await held.release()
    expect(await locks.lease(name)).toEqual(other)
    expect(() => held.check()).toThrow(expect.objectContaining({ code: 'E_LOCK_LOST' }))
  })

  it('ends where the lock is gone', async () => {
    await heldByOne()
    await rm(file)
    await renewals(1)
    await expect.poll(() => lost).toEqual(['the lock on web was lost: its file is gone'])
  })

  it('comes too late when the lease is over: others may have changed things since', async () => {
    await heldByOne()
    const before = await locks.lease(name)
    vi.setSystemTime(Date.now() + 31_000)
    await renewals(1)
    await expect.poll(() => lost).toEqual(['the lock on web was lost: it was not renewed in time'])
    expect(await locks.lease(name)).toEqual(before)
  })

  it('that fails is tried again, as long as there is time', async () => {
    await heldByOne()
    await writeFile(file, '{')
    await renewals(2)
    expect(lost).toEqual([])
    await renewals(1)
    await expect.poll(() => lost[0]).toMatch(/^the lock on web was lost: /)
  })

  it('is no more the matter of who has left a kept lock', async () => {
    const held = await heldByOne()
    await held.keep('2030-01-01T00:00:00.000Z')
    held.leave()
    const left = await locks.lease(name)
    await renewals(4)
    expect(await locks.lease(name)).toEqual(left)
    expect(lost).toEqual([])
  })
})

describe('a lock that is taken over', () => {
  it('from the same run is kept on, until that run says otherwise', async () => {
    const kept = await locks.acquire(name, holder('one', gone), events)
    await kept.keep('2030-01-01T00:00:00.000Z')
    kept.leave()
    const held = await locks.acquire(name, holder('one'), events)
    expect(held.isKept).toBe(true)
    expect(await locks.lease(name)).toMatchObject({ kept: '2030-01-01T00:00:00.000Z', pid: process.pid })
    await held.keep(undefined)
    expect(held.isKept).toBe(false)
    expect(taken).toEqual([])
    await held.release()
  })

  it('is not taken from another machine, of whose processes nothing is seen, before its lease is over', async () => {
    await locks.acquire(name, holder('one', gone, 'elsewhere'), events)
    // Not even by a process of the run that has the same number here.
    for (const other of [holder('two'), holder('one', gone)])
      await expect(locks.acquire(name, other, events)).rejects.toMatchObject({ code: 'E_LOCKED' })
  })

  it('goes to one alone of those that come while it is', async () => {
    for (let round = 0; round < 10; round += 1) {
      const lock = `group-${round}`
      const dead = await locks.acquire(lock, holder('dead', gone), events)
      dead.leave()
      const asked = await Promise.allSettled(
        Array.from({ length: 20 }, async (_, n) => {
          await sleep(n / 2)
          return locks.acquire(lock, holder(`run-${n}`), events)
        }),
      )
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  it('may be taken over once more', async () => {
    for (const run of ['dead', 'dead as well']) {
      const dead = await locks.acquire(name, holder(run, gone), events)
      dead.leave()
    }
    await locks.acquire(name, holder('two'), events)
    expect(taken).toEqual(['dead', 'dead as well'])
  })

  it('is refused where a run has died in the middle of that', async () => {
    const dead = await locks.acquire(name, holder('dead', gone), events)
    dead.leave()
    await writeFile(`${file}.next`, JSON.stringify(renewed(holder('other', gone), since)))
    await expect(locks.acquire(name, holder('two'), events)).rejects.toMatchObject({
      code: 'E_STATE_READ',
      message: 'a run died while it took a lock over',
      place: { file: `${file}.next` },
    })
  })
})
