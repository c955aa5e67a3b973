import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { plantTree } from '../testing/plant-tree.ts'
import { treeListing } from '../testing/tree-listing.ts'
import { until } from '../testing/until.ts'

let at: FileHost
let host: Host
let here: string
let there: string
onFileHost((run) => {
  ;({ at, host, here, there } = run)
})

const sizeOfBulk = 4_000_000

describe('a directory', () => {
  beforeEach(() => plantTree(join(here, 'tree')))
  const local = (...names: string[]): string => join(here, 'tree', ...names)
  const target = (...names: string[]): string => join(there, 'tree', ...names)
  const expectSame = (): void => {
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(readdirSync(there)).toEqual(['tree'])
  }

  test('is never seen half', async () => {
    for (let index = 0; index < 300; index += 1) writeFileSync(local(`${index}`), 'old')
    await host.put('tree', target())
    const seen = new Set<string>()
    let watching = true
    const watch = (async () => {
      while (watching) {
        // Read by a directory's handle: what is exchanged meanwhile stays as it was under it.
        try {
          const texts = new Set([0, 150, 299].map((index) => readFileSync(target(`${index}`), 'utf8')))
          for (const text of texts) seen.add(text)
        } catch {
          seen.add('nothing')
        }
        await new Promise(setImmediate)
      }
    })()
    for (let index = 0; index < 300; index += 1) writeFileSync(local(`${index}`), 'new')
    await host.put('tree', target())
    watching = false
    await watch
    expect([...seen].filter((text) => !['old', 'new', 'nothing'].includes(text))).toEqual([])
    expectSame()
  })

  test.each([
    ['as a whole', {}],
    ['in place', { exclude: ['kept'] }],
  ])('keeps the old one when the connection breaks, and leaves nothing behind: %s', async (_, options) => {
    await host.put('tree', target())
    writeFileSync(target('kept'), 'remote')
    const before = treeListing(target())
    writeFileSync(local('bulk'), randomBytes(sizeOfBulk))
    for (const cut of [100_000, 1_000_000, 3_900_000]) {
      at.wire.cutAfter = at.wire.sent + cut
      await expect(host.put('tree', target(), options)).rejects.toMatchObject({ code: 'E_HOST_LOST' })
      at.wire.cutAfter = Number.POSITIVE_INFINITY
      await until(() => readdirSync(there).length === 1)
      expect(treeListing(target())).toEqual(before)
    }
  })

  test('keeps the old one when the run stops, and leaves nothing behind', async () => {
    await host.put('tree', target())
    const before = treeListing(target())
    writeFileSync(local('bulk'), randomBytes(20_000_000))
    const putting = host.put('tree', target())
    await until(() => readdirSync(there).length === 2)
    at.stop.abort(new Error('enough'))
    await expect(putting).rejects.toMatchObject({ code: 'E_COMMAND_ABORTED' })
    await until(() => readdirSync(there).length === 1)
    expect(treeListing(target())).toEqual(before)
  })

  test('keeps the old one when a file is not what it was, and leaves nothing behind', async () => {
    await host.put('tree', target(), { followLinks: true, exclude: ['dangling', 'odd'] })
    const before = treeListing(target())
    writeFileSync(local('bulk'), randomBytes(4_000_000))
    // It says that it has 4096 bytes, and gives a few.
    symlinkSync('/sys/devices/system/cpu/online', local('short'))
    await expect(
      host.put('tree', target(), { followLinks: true, exclude: ['dangling', 'odd'] }),
    ).rejects.toMatchObject({ code: 'E_LOCAL_FILE', message: expect.stringContaining('became shorter') })
    await until(() => readdirSync(there).length === 1)
    expect(treeListing(target())).toEqual(before)
  })
})

describe('a file', () => {
  test('keeps the old one when the connection breaks', async () => {
    writeFileSync(join(there, 'file'), 'old')
    writeFileSync(join(here, 'file'), randomBytes(3_000_000))
    at.wire.cutAfter = at.wire.sent + 500_000
    await expect(host.put('file', join(there, 'file'))).rejects.toMatchObject({ code: 'E_HOST_LOST' })
    at.wire.cutAfter = Number.POSITIVE_INFINITY
    await until(() => readdirSync(there).length === 1)
    expect(readFileSync(join(there, 'file'), 'utf8')).toBe('old')
  })
})

test('a host that is full says so, and keeps what it has', async () => {
  const small = await OpenSsh.start({
    config: ['ForceCommand trap "" XFSZ; ulimit -f 1000; eval "$SSH_ORIGINAL_COMMAND"'],
  })
  try {
    plantTree(join(here, 'tree'))
    const full = at.remote.host({ ...small.spec(), name: 'full', hostKeys: [small.hostKey()] })
    await full.put('tree', join(there, 'tree'))
    const before = treeListing(join(there, 'tree'))
    writeFileSync(join(here, 'tree/bulk'), randomBytes(2_000_000))
    const failure = { code: 'E_REMOTE_FILE', hint: expect.stringContaining('ulimit') }
    await expect(full.put('tree', join(there, 'tree'))).rejects.toMatchObject(failure)
    await expect(full.put('tree/bulk', join(there, 'bulk'))).rejects.toMatchObject(failure)
    expect(treeListing(join(there, 'tree'))).toEqual(before)
    expect(readdirSync(there)).toEqual(['tree'])
    const unread = full.run({ stdin: randomBytes(2_000_000), okCodes: 'any' })`touch ${join(there, 'ran')}`
    await expect(unread).rejects.toMatchObject({
      code: 'E_COMMAND_FAILED',
      message: expect.stringMatching(/no room for what the command reads, in \/.+\/viridian\.\w+$/m),
      hint: expect.stringContaining('has not run: make room there'),
    })
    expect(readdirSync(there)).toEqual(['tree'])
  } finally {
    await small.stop()
  }
})
