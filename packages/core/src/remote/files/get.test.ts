import { randomBytes } from 'node:crypto'
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
import { Writable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mark } from '../command/announcement.ts'
import type { Host } from '../host.ts'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { SshServer } from '../testing/ssh-server.ts'
import { treeListing } from '../testing/tree-listing.ts'
import { headerOf } from './archive.ts'
import type { TreeEntry } from './tree.ts'

const top = mkdtempSync(join(tmpdir(), 'viridian-get-'))
let sshd: OpenSsh
let stop: AbortController
let remote: Remote
let host: Host
let commands: string[]
let here: string
let there: string

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(async () => {
  await sshd.stop()
  rmSync(top, { recursive: true })
})
beforeEach(() => {
  here = mkdtempSync(join(top, 'here-'))
  there = mkdtempSync(join(top, 'there-'))
  stop = new AbortController()
  commands = []
  remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], connectTimeout: '10s' }),
    signal: stop.signal,
    mask: (text) => text,
    directory: here,
  })
  host = hostNamed('web-1')
})
afterEach(() => remote.close())

const hostNamed = (name: string): Host =>
  remote.host({ ...sshd.spec(), name }, { onCommand: (command) => commands.push(command) })

describe('a file', () => {
  test('is got with its mode, into a directory that is made for it', async () => {
    const content = randomBytes(2_000_000)
    writeFileSync(join(there, 'tool'), content)
    chmodSync(join(there, 'tool'), 0o750)
    await host.cd(there).get('tool', 'new/place/tool')
    expect(readFileSync(join(here, 'new/place/tool')).equals(content)).toBe(true)
    expect(statSync(join(here, 'new/place/tool')).mode & 0o777).toBe(0o750)
    expect(commands).toEqual([`cd ${there} && get tool new/place/tool`])
  })

  test('is got by odd names, and when it is empty', async () => {
    for (const name of ['-rf', 'line\nend', "it's", 'ä', '*']) {
      writeFileSync(join(there, name), '')
      await host.cd(there).get(name, `got/${name}`)
      expect(readFileSync(join(here, 'got', name), 'utf8')).toBe('')
    }
  })

  test('of each host has a place of its own, and none is overwritten by another', async () => {
    writeFileSync(join(there, 'app.log'), 'x')
    const hosts = ['web-1', 'web-2'].map(hostNamed)
    await Promise.all(hosts.map((each) => each.get(join(there, 'app.log'), 'logs/')))
    expect(readdirSync(join(here, 'logs')).sort()).toEqual(['web-1', 'web-2'])
    expect(readFileSync(join(here, 'logs/web-2/app.log'), 'utf8')).toBe('x')
    const [first, second] = hosts
    await first?.get(join(there, 'app.log'), 'app.log')
    await first?.get(join(there, 'app.log'), 'app.log')
    await expect(second?.get(join(there, 'app.log'), './app.log')).rejects.toMatchObject({
      code: 'E_LOCAL_COLLISION',
      message: expect.stringMatching(/^web-2: .*app\.log is what this run got from web-1$/),
    })
  })

  test('comes into a stream, no faster than that takes it', async () => {
    const content = randomBytes(3_000_000)
    writeFileSync(join(there, 'big'), content)
    const chunks: Buffer[] = []
    const slow = new Writable({
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk)
        setImmediate(done)
      },
    })
    await host.get(join(there, 'big'), slow)
    await new Promise<void>((resolve) => slow.end(resolve))
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
    const full = new Writable({ write: (_chunk, _, done) => done(new Error('the disk is full')) })
    await expect(host.get(join(there, 'big'), full)).rejects.toThrow('the disk is full')
  })

  test('that cannot be got leaves the old one', async () => {
    writeFileSync(join(here, 'copy'), 'old')
    await expect(host.get(join(there, 'none'), 'copy')).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining('No such file'),
      place: { host: 'web-1' },
    })
    const server = await SshServer.start({
      exec: (_command, channel) => {
        channel.write(`${mark}-rw-r--r--\nhalf of it`)
        setTimeout(() => server.cut(), 50)
      },
    })
    try {
      const cut = remote.host({ ...server.spec, name: 'web-1', identityFile: sshd.identityFile })
      await expect(cut.get('/file', 'copy')).rejects.toMatchObject({ code: 'E_HOST_LOST' })
    } finally {
      await server.stop()
    }
    expect(readdirSync(here)).toEqual(['copy'])
    expect(readFileSync(join(here, 'copy'), 'utf8')).toBe('old')
    writeFileSync(join(there, 'file'), 'x')
    await expect(host.get(join(there, 'file'), 'copy/inside')).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
  })
})

describe('a directory', () => {
  const plant = (): void => {
    mkdirSync(join(there, 'tree/.hidden/empty'), { recursive: true })
    writeFileSync(join(there, 'tree/.hidden/run me'), '#!/bin/sh\n')
    chmodSync(join(there, 'tree/.hidden/run me'), 0o755)
    writeFileSync(join(there, 'tree/line\nend'), randomBytes(700_000), { mode: 0o600 })
    writeFileSync(join(there, 'tree', 'x'.repeat(200)), 'long')
    mkdirSync(join(there, 'tree/private'))
    chmodSync(join(there, 'tree/private'), 0o700)
    symlinkSync('.hidden/run me', join(there, 'tree/link'))
    symlinkSync('/no/such', join(there, 'tree/dangling'))
    symlinkSync('../../outside', join(there, 'tree/outside'))
    chmodSync(join(there, 'tree'), 0o711)
  }

  test('is got as it is, in the place of the old one', async () => {
    plant()
    await host.get(join(there, 'tree'), 'copy')
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    rmSync(join(there, 'tree/line\nend'))
    await host.get(join(there, 'tree'), 'copy')
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    expect(readdirSync(here)).toEqual(['copy'])
  })

  test('does not take the place of a file, or of where tasks runs', async () => {
    plant()
    writeFileSync(join(here, 'file'), 'x')
    const above = join(process.cwd(), '..')
    for (const path of ['file', process.cwd(), above])
      await expect(host.get(join(there, 'tree'), path)).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
    expect(readdirSync(here)).toEqual(['file'])
  })

  const entry = (more: Partial<TreeEntry>): Buffer =>
    headerOf({ path: 'x', kind: 'file', mode: 0o644, size: 0, mtime: new Date(0), target: '', ...more })

  test.each<[string, Buffer[]]>([
    ['a path upwards', [entry({ path: '../escaped' })]],
    [
      'a path through a link',
      [entry({ path: 'a', kind: 'link', target: '..' }), entry({ path: 'a/escaped' })],
    ],
    [
      'a link through a link',
      [
        entry({ path: 'a', kind: 'link', target: '..' }),
        entry({ path: 'a/escaped', kind: 'link', target: 'x' }),
      ],
    ],
    ['a link upwards', [entry({ path: '../escaped', kind: 'link', target: 'x' })]],
  ])('from a host that is not to be trusted does not escape: %s', async (_, headers) => {
    const server = await SshServer.start({
      exec: (_command, channel) => {
        channel.write(Buffer.concat([Buffer.from(`${mark}drwxr-xr-x\n`), ...headers, Buffer.alloc(1024)]))
        channel.exit(0)
        channel.end()
      },
    })
    try {
      const bad = remote.host({ ...server.spec, identityFile: sshd.identityFile })
      await expect(bad.get('/tree', 'inside/copy')).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
      expect(existsSync(join(here, 'inside/escaped')) || existsSync(join(here, 'escaped'))).toBe(false)
      expect(readdirSync(join(here, 'inside'))).toEqual([])
    } finally {
      await server.stop()
    }
  })
})

test('a file is read up to a limit, as text or as bytes', async () => {
  writeFileSync(join(there, 'file'), 'grüße')
  expect(await host.read(join(there, 'file'))).toBe('grüße')
  expect(await host.read(join(there, 'file'), { bytes: true })).toEqual(Buffer.from('grüße'))
  await expect(host.read(join(there, 'file'), { limit: 5 })).rejects.toMatchObject({
    code: 'E_REMOTE_FILE_SIZE',
    place: { host: 'web-1' },
  })
  writeFileSync(join(there, 'bytes'), Buffer.from([0xff, 0]))
  await expect(host.read(join(there, 'bytes'))).rejects.toMatchObject({ code: 'E_REMOTE_FILE_TEXT' })
  await expect(host.read('/dev/zero')).rejects.toMatchObject({ code: 'E_REMOTE_FILE_SIZE' })
})

test('a template is written as it is filled in', async () => {
  const template = { text: 'port <%= it.port %>\n' }
  expect(await host.template(template, join(there, 'conf'), { port: 80 }, { mode: 0o600 })).toMatchObject({
    changed: true,
  })
  expect(await host.template(template, join(there, 'conf'), { port: 80 })).toMatchObject({ changed: false })
  expect([readFileSync(join(there, 'conf'), 'utf8'), statSync(join(there, 'conf')).mode & 0o777]).toEqual([
    'port 80\n',
    0o600,
  ])
  await expect(host.template(template, join(there, 'conf'))).rejects.toMatchObject({ code: 'E_TEMPLATE' })
  expect(commands[0]).toBe(`template ${join(there, 'conf')}`)
})
