import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { treeListing } from '../testing/tree-listing.ts'
import { until } from '../testing/until.ts'
import { Wire } from '../testing/wire.ts'

const top = mkdtempSync(join(tmpdir(), 'viridian-put-'))
let sshd: OpenSsh
let wire: Wire
let stop: AbortController
let remote: Remote
let host: Host
let commands: string[]
let place: string
let there: string

beforeAll(async () => {
  sshd = await OpenSsh.start()
  wire = await Wire.to(sshd.port)
})
afterAll(async () => {
  await wire.remove()
  await sshd.stop()
  rmSync(top, { recursive: true })
})
beforeEach(() => {
  place = mkdtempSync(join(top, 'here-'))
  there = mkdtempSync(join(top, 'there-'))
  stop = new AbortController()
  commands = []
  wire.cutAfter = Number.POSITIVE_INFINITY
  remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], connectTimeout: '10s' }),
    signal: stop.signal,
    mask: (text) => text,
    directory: place,
  })
  host = hostNamed('web-1')
})
afterEach(() => remote.close())

function hostNamed(name: string): Host {
  const spec = { ...wire.host(sshd.spec()), name, hostKeys: [sshd.hostKey()] }
  return remote.host(spec, { onCommand: (command) => commands.push(command) })
}

/** A tree with some of everything. */
function plant(tree: string): void {
  mkdirSync(join(tree, 'empty/deep'), { recursive: true })
  mkdirSync(join(tree, '.hidden'))
  mkdirSync(join(tree, 'private'), { mode: 0o700 })
  writeFileSync(join(tree, '.hidden/run me'), '#!/bin/sh\n')
  chmodSync(join(tree, '.hidden/run me'), 0o755)
  writeFileSync(join(tree, 'private/key'), 'secret', { mode: 0o600 })
  writeFileSync(join(tree, 'nothing'), '')
  const names = [
    '-rf',
    '@at',
    'line\nend',
    'tab\t',
    'ä ö',
    '日本語',
    '\\back',
    '$HOME',
    "it's",
    '*',
    'x'.repeat(200),
  ]
  for (const name of names) writeFileSync(join(tree, name), name)
  mkdirSync(join(tree, '-d', '深'.repeat(60), 'y'.repeat(120)), { recursive: true })
  writeFileSync(join(tree, '-d', '深'.repeat(60), 'y'.repeat(120), 'file'), 'far down')
  symlinkSync('.hidden/run me', join(tree, 'link'))
  symlinkSync('/no/such/file', join(tree, 'dangling'))
  symlinkSync('../outside\nof it', join(tree, 'odd'))
  symlinkSync('.hidden', join(tree, 'to-directory'))
  chmodSync(tree, 0o750)
}

const sizeOfBulk = 4_000_000

describe('a directory', () => {
  beforeEach(() => plant(join(place, 'tree')))
  const local = (...names: string[]): string => join(place, 'tree', ...names)
  const target = (...names: string[]): string => join(there, 'tree', ...names)
  const expectSame = (): void => {
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(readdirSync(there)).toEqual(['tree'])
  }

  test('arrives as it is, with all kinds of names, modes and links', async () => {
    expect(await host.put('tree', target())).toMatchObject({ changed: true })
    expectSame()
    expect(commands).toEqual([`put tree ${target()}`])
    expect(statSync(target('nothing')).mtime).toEqual(
      new Date(Math.floor(statSync(local('nothing')).mtimeMs / 1000) * 1000),
    )
  })

  test('that is there already is left alone', async () => {
    await host.put('tree', target())
    const { ino } = statSync(target())
    expect(await host.put('tree', target())).toEqual({ changed: false, sent: 0 })
    expect(statSync(target()).ino).toBe(ino)
  })

  test.each<[string, () => void]>([
    ['content', () => writeFileSync(local('-d/some'), 'new')],
    ['content of the same size', () => writeFileSync(local('@at'), '@AT')],
    ['a mode', () => chmodSync(local('.hidden/run me'), 0o700)],
    ['the mode of a directory', () => chmodSync(local('private'), 0o755)],
    ['the mode of the top', () => chmodSync(local(), 0o711)],
    [
      'a link',
      () => {
        rmSync(local('link'))
        symlinkSync('nothing', local('link'))
      },
    ],
    ['a file that went', () => rmSync(local('line\nend'))],
    ['a directory that went', () => rmSync(local('-d'), { recursive: true })],
    ['an empty directory that came', () => mkdirSync(local('empty/other'))],
    [
      'a file in place of a directory',
      () => {
        rmSync(local('-d'), { recursive: true })
        writeFileSync(local('-d'), 'file now')
      },
    ],
    [
      'a directory in place of a file',
      () => {
        rmSync(local('nothing'))
        mkdirSync(local('nothing'))
        writeFileSync(local('nothing/some'), 'x')
      },
    ],
    [
      'a directory in place of a link to one',
      () => {
        rmSync(local('to-directory'))
        mkdirSync(local('to-directory'))
        writeFileSync(local('to-directory/run me'), 'other')
      },
    ],
  ])('is brought up to date: %s', async (_, change) => {
    await host.put('tree', target())
    change()
    expect(await host.put('tree', target())).toMatchObject({ changed: true })
    expectSame()
    expect(await host.put('tree', target())).toMatchObject({ changed: false })
  })

  test('sends only what has changed', async () => {
    mkdirSync(local('many'))
    for (let index = 0; index < 2_000; index += 1)
      writeFileSync(local('many', `${index}`), `${index}`.repeat(500))
    writeFileSync(local('bulk'), randomBytes(sizeOfBulk))
    const first = await host.put('tree', target())
    expect(first.sent).toBeGreaterThan(sizeOfBulk)
    const before = wire.sent
    writeFileSync(local('many/1000'), 'changed')
    const second = await host.put('tree', target())
    expect(second).toMatchObject({ changed: true, sent: expect.any(Number) })
    expect(second.sent).toBeLessThan(8_000)
    // The commands themselves are the rest.
    expect(wire.sent - before).toBeLessThan(24_000)
    expectSame()
  })

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

  test('leaves out what is excluded, on both sides', async () => {
    mkdirSync(local('logs/old'), { recursive: true })
    writeFileSync(local('logs/old/a.log'), 'local')
    writeFileSync(local('private/b.log'), 'local')
    const exclude = ['*.log', 'logs/old', '/-d/**']
    await host.put('tree', target(), { exclude })
    expect(existsSync(target('private/b.log'))).toBe(false)
    expect(readdirSync(target('logs'))).toEqual([])
    expect(readdirSync(target('-d'))).toEqual([])
    writeFileSync(target('private/b.log'), 'remote')
    mkdirSync(target('own/deep'), { recursive: true })
    writeFileSync(target('own/deep/c.log'), 'remote')
    writeFileSync(target('own/deep/rest'), 'remote')
    writeFileSync(local('nothing'), 'something')
    await host.put('tree', target(), { exclude })
    expect(readFileSync(target('nothing'), 'utf8')).toBe('something')
    expect(readFileSync(target('private/b.log'), 'utf8')).toBe('remote')
    expect(readdirSync(target('own/deep'))).toEqual(['c.log'])
  })

  test('leaves what is only there when it is told to', async () => {
    await host.put('tree', target())
    writeFileSync(target('upload'), 'remote')
    writeFileSync(local('new'), 'local')
    await host.put('tree', target(), { delete: false })
    expect([readFileSync(target('upload'), 'utf8'), readFileSync(target('new'), 'utf8')]).toEqual([
      'remote',
      'local',
    ])
    await host.put('tree', target())
    expectSame()
  })

  test('follows links when it is told to', async () => {
    rmSync(local('dangling'))
    rmSync(local('odd'))
    await host.put('tree', target(), { followLinks: true })
    expect(readFileSync(target('to-directory/run me'), 'utf8')).toBe('#!/bin/sh\n')
    expect(statSync(target('link')).isFile()).toBe(true)
    symlinkSync('.', local('round'))
    await expect(host.put('tree', target(), { followLinks: true })).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringContaining('leads back'),
    })
  })

  test('travels compressed when it is told to', async () => {
    writeFileSync(local('bulk'), 'text '.repeat(200_000))
    const { sent } = await host.put('tree', target(), { compress: true })
    expect(sent).toBeLessThan(100_000)
    expectSame()
  })

  test('goes where a link points, and the link stays', async () => {
    mkdirSync(join(there, 'releases/1'), { recursive: true })
    symlinkSync('releases/1', join(there, 'current'))
    await host.put('tree', join(there, 'current'))
    expect(treeListing(join(there, 'releases/1'))).toEqual(treeListing(local()))
    expect(readdirSync(there).sort()).toEqual(['current', 'releases'])
  })

  test('goes into the directory of the context, or in its place', async () => {
    await host.cd(there).put('tree', './')
    expectSame()
    writeFileSync(local('new'), 'x')
    await host.cd(there).cd('tree').put('tree', '.')
    expectSame()
  })

  test('does not take the place of home, or of a file', async () => {
    writeFileSync(join(there, 'file'), 'x')
    for (const path of ['~', '/.', '~/.'])
      await expect(host.put('tree', path)).rejects.toMatchObject({
        code: 'E_REMOTE_FILE',
      })
    await expect(host.put('tree', join(there, 'file'))).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining('is no directory'),
    })
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
      wire.cutAfter = wire.sent + cut
      await expect(host.put('tree', target(), options)).rejects.toMatchObject({ code: 'E_HOST_LOST' })
      wire.cutAfter = Number.POSITIVE_INFINITY
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
    stop.abort(new Error('enough'))
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

  test('goes to many hosts at once, read once', async () => {
    writeFileSync(local('bulk'), randomBytes(300_000))
    const hosts = Array.from({ length: 20 }, (_, index) => hostNamed(`web-${index}`))
    await Promise.all(hosts.map((each) => each.put('tree', join(there, each.name))))
    for (const each of hosts) expect(treeListing(join(there, each.name))).toEqual(treeListing(local()))
    expect(readdirSync(there)).toHaveLength(20)
  })

  test('says which link points nowhere, and where to look for what is not there', async () => {
    await expect(host.put('tree', target(), { followLinks: true })).rejects.toMatchObject({
      message: expect.stringMatching(/dangling points to what cannot be read: \/no\/such\/file$/),
      place: { file: local('dangling') },
    })
    await expect(host.put('none', target())).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      hint: expect.stringMatching(/^is the path right\?/),
    })
    writeFileSync(local('file'), 'x')
    await expect(host.put('tree/file/inside', target())).rejects.toMatchObject({
      hint: 'something in this path is no directory',
    })
  })

  test('is told what is wrong with it', async () => {
    await expect(host.put('tree', target(), { mode: 0o600 })).rejects.toMatchObject({ code: 'E_PUT_OPTIONS' })
    await expect(host.put('none', target())).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
    writeFileSync(Buffer.concat([Buffer.from(`${local()}/bad`), Buffer.from([0xff])]), 'x')
    await expect(host.put('tree', target())).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringContaining('not UTF-8'),
    })
    await host.put('tree', target(), { exclude: ['bad*'] })
  })
})

describe('a file', () => {
  test('that is there already is not sent again', async () => {
    writeFileSync(join(place, 'big'), randomBytes(3_000_000), { mode: 0o640 })
    expect(await host.put('big', join(there, 'big'))).toEqual({ changed: true, sent: 3_000_000 })
    const { ino, mtimeMs } = statSync(join(there, 'big'))
    chmodSync(join(there, 'big'), 0o600)
    const before = wire.sent
    expect(await host.put('big', join(there, 'big'))).toEqual({ changed: false, sent: 0 })
    expect(wire.sent - before).toBeLessThan(10_000)
    expect(statSync(join(there, 'big'))).toMatchObject({ ino, mtimeMs, mode: 0o100640 })
    writeFileSync(join(place, 'big'), randomBytes(3_000_000))
    expect(await host.put('big', `${there}/`)).toMatchObject({ changed: true })
    expect(readFileSync(join(there, 'big')).equals(readFileSync(join(place, 'big')))).toBe(true)
  })

  test('has the mode that it has here', async () => {
    for (const mode of [0o755, 0o4755, 0o2711, 0o400]) {
      writeFileSync(join(place, `${mode}`), 'x')
      chmodSync(join(place, `${mode}`), mode)
      await host.put(`${mode}`, `${there}/`)
      expect(statSync(join(there, `${mode}`)).mode & 0o7777).toBe(mode)
    }
  })

  test('comes from a stream, whose size nobody knows', async () => {
    const content = randomBytes(5_000_000)
    const parts = Array.from({ length: 500 }, (_, index) =>
      content.subarray(index * 10_000, (index + 1) * 10_000),
    )
    await host.put(Readable.from(parts), join(there, 'stream'), { mode: 0o600 })
    expect(readFileSync(join(there, 'stream')).equals(content)).toBe(true)
    expect(statSync(join(there, 'stream')).mode & 0o777).toBe(0o600)
    await host.put(
      (async function* () {
        yield 'grü'
        yield 'ße'
      })(),
      join(there, 'text'),
    )
    await host.put({ text: 'tëxt' }, join(there, 'other'))
    await host.put(Buffer.from([0, 255]), join(there, 'bytes'))
    expect([readFileSync(join(there, 'text'), 'utf8'), readFileSync(join(there, 'other'), 'utf8')]).toEqual([
      'grüße',
      'tëxt',
    ])
    expect([...readFileSync(join(there, 'bytes'))]).toEqual([0, 255])
    await expect(host.put(Buffer.from('x'), `${there}/`)).rejects.toMatchObject({ code: 'E_PUT_OPTIONS' })
    const broken = Readable.from(
      (async function* () {
        yield 'x'
        throw new Error('the source broke')
      })(),
    )
    await expect(host.put(broken, join(there, 'broken'))).rejects.toThrow('the source broke')
    expect(readdirSync(there).sort()).toEqual(['bytes', 'other', 'stream', 'text'])
  })

  test('comes from a pipe or a device once for all hosts, and from where the kernel makes it up', async () => {
    execFileSync('mkfifo', [join(place, 'pipe')])
    const writing = once(spawn('sh', ['-c', 'echo hello >pipe'], { cwd: place }), 'exit')
    const hosts = ['web-1', 'web-2', 'web-3'].map(hostNamed)
    for (const batch of [hosts.slice(0, 2), hosts.slice(2)])
      await Promise.all(batch.map((each) => each.put('pipe', join(there, each.name))))
    await writing
    for (const { name } of hosts) expect(readFileSync(join(there, name), 'utf8')).toBe('hello\n')
    expect(statSync(join(there, 'web-1')).mode & 0o777).toBe(0o644)
    await host.put('/proc/version', join(there, 'version'))
    expect(readFileSync(join(there, 'version'))).toEqual(readFileSync('/proc/version'))
  })

  test('comes whole from one stream to all who are given it, or not at all', async () => {
    const stream = Readable.from(['a', 'b', 'c'])
    const hosts = ['web-1', 'web-2'].map(hostNamed)
    await Promise.all(hosts.map((each) => each.put(stream, join(there, each.name))))
    for (const { name } of hosts) expect(readFileSync(join(there, name), 'utf8')).toBe('abc')
    await expect(host.put(stream, join(there, 'web-1'))).rejects.toMatchObject({ code: 'E_STREAM_TAKEN' })
    expect(readFileSync(join(there, 'web-1'), 'utf8')).toBe('abc')
  })

  test('of a pipe that nobody writes to is given up when the run stops', async () => {
    execFileSync('mkfifo', [join(place, 'silent')])
    const putting = host.put('silent', join(there, 'file'))
    await sleep(50)
    stop.abort(new Error('interrupted'))
    await expect(putting).rejects.toThrow('interrupted')
    expect(readdirSync(there)).toEqual([])
  })

  test('has a path: an empty one is that of a variable that is not set', async () => {
    const empty = { code: 'E_PATH_EMPTY' }
    for (const moving of [
      host.put('', there),
      host.put('x', ''),
      host.get('', 'x'),
      host.get('x', ''),
      host.read(''),
      host.write('', 'x'),
      host.exists(''),
    ])
      await expect(moving).rejects.toMatchObject(empty)
    expect(commands).toEqual([])
  })

  test('keeps the old one when the connection breaks', async () => {
    writeFileSync(join(there, 'file'), 'old')
    writeFileSync(join(place, 'file'), randomBytes(3_000_000))
    wire.cutAfter = wire.sent + 500_000
    await expect(host.put('file', join(there, 'file'))).rejects.toMatchObject({ code: 'E_HOST_LOST' })
    wire.cutAfter = Number.POSITIVE_INFINITY
    await until(() => readdirSync(there).length === 1)
    expect(readFileSync(join(there, 'file'), 'utf8')).toBe('old')
  })

  test('that may not be written says where, and what to do', async () => {
    await expect(host.put({ text: 'x' }, join(there, 'none/file'))).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining(`web-1: "write ${join(there, 'none/file')}"`),
      hint: expect.stringContaining('Make the directory'),
      place: { host: 'web-1' },
    })
  })
})

test('a host that is full says so, and keeps what it has', async () => {
  const small = await OpenSsh.start({
    config: ['ForceCommand trap "" XFSZ; ulimit -f 1000; eval "$SSH_ORIGINAL_COMMAND"'],
  })
  try {
    plant(join(place, 'tree'))
    const full = remote.host({ ...small.spec(), name: 'full', hostKeys: [small.hostKey()] })
    await full.put('tree', join(there, 'tree'))
    const before = treeListing(join(there, 'tree'))
    writeFileSync(join(place, 'tree/bulk'), randomBytes(2_000_000))
    const failure = { code: 'E_REMOTE_FILE', hint: expect.stringContaining('ulimit') }
    await expect(full.put('tree', join(there, 'tree'))).rejects.toMatchObject(failure)
    await expect(full.put('tree/bulk', join(there, 'bulk'))).rejects.toMatchObject(failure)
    expect(treeListing(join(there, 'tree'))).toEqual(before)
    expect(readdirSync(there)).toEqual(['tree'])
  } finally {
    await small.stop()
  }
})
