import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { FileLocks } from './file-locks.ts'
import { HeldLocks } from './held-locks.ts'
import type { Holder } from './lease.ts'

const holder = (run: string): Holder => ({
  ...{ run, task: 'deploy', user: 'somebody', host: 'here', pid: process.pid },
})
const events = { onLost: () => undefined, onTakeover: () => undefined }
let directory: string
let locks: FileLocks
let held: HeldLocks

beforeEach(async () => {
  directory = await temporaryDirectory()
  locks = new FileLocks(directory)
  held = new HeldLocks()
})

const acquire = (...names: string[]): Promise<void> => held.acquire(locks, names, holder('one'), () => events)

describe('the locks of a run', () => {
  it('are taken in the order of their names: two runs do not wait for each other', async () => {
    await locks.acquire('a', holder('two'), events)
    await expect(acquire('b', 'a')).rejects.toMatchObject({ code: 'E_LOCKED' })
    expect(await locks.lease('b')).toBeUndefined()
  })

  it('are let go but for those that are kept, where that is said', async () => {
    await acquire('a')
    await held.keep('2030-01-01T00:00:00.000Z')
    await acquire('b')
    await held.release(true)
    expect(await locks.lease('a')).toMatchObject({ run: 'one', kept: '2030-01-01T00:00:00.000Z' })
    expect(await locks.lease('b')).toBeUndefined()
    await held.release(false)
    expect(await locks.lease('a')).toBeUndefined()
  })

  it('are let go, all of them that can be, and of one that cannot it is told', async () => {
    await acquire('a', 'b', 'c')
    await writeFile(join(directory, 'locks/b.json'), '{')
    await expect(held.release(false)).rejects.toMatchObject({ code: 'E_STATE_READ' })
    expect(await locks.lease('a')).toBeUndefined()
    expect(await locks.lease('c')).toBeUndefined()
  })

  it('are reclaimed by nobody from whom another process has taken them', async () => {
    await acquire('a')
    await held.keep('2030-01-01T00:00:00.000Z')
    const lease = await locks.lease('a')
    await writeFile(join(directory, 'locks/a.json'), JSON.stringify({ ...lease, pid: 1 }))
    await expect(held.reclaim()).rejects.toMatchObject({ code: 'E_RUN_TAKEN_OVER' })
    expect(await locks.lease('a')).toMatchObject({ pid: 1, kept: '2030-01-01T00:00:00.000Z' })
  })
})
