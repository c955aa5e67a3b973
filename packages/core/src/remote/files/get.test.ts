import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { Header } from 'tar'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { mark } from '../command/announcement.ts'
import type { Host } from '../host.ts'
import { FileHost } from '../testing/file-host.ts'
import { SshServer } from '../testing/ssh-server.ts'
import { treeListing } from '../testing/tree-listing.ts'
import { headerOf } from './archive.ts'
import type { TreeEntry } from './tree.ts'

let at: FileHost
let host: Host
let here: string
let there: string
beforeAll(async () => {
  at = await FileHost.start()
})
afterAll(() => at.remove())
beforeEach(() => {
  at.begin()
  host = at.hostNamed('web-1')
  ;({ here, there } = at)
})
afterEach(() => at.end())

/** Root may do everything, and would show nothing. */
async function unprivileged(body: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return body()
  const nobody = 65534
  chownSync(here, nobody, nobody)
  // Connected, since the key is root's.
  await host.exists('.')
  process.seteuid?.(nobody)
  try {
    await body()
  } finally {
    process.seteuid?.(0)
  }
}

describe('a file', () => {
  test('is got with its mode, into a directory that is made for it', async () => {
    const content = randomBytes(2_000_000)
    writeFileSync(join(there, 'tool'), content)
    chmodSync(join(there, 'tool'), 0o750)
    await host.cd(there).get('tool', 'new/place/tool')
    expect(readFileSync(join(here, 'new/place/tool')).equals(content)).toBe(true)
    expect(statSync(join(here, 'new/place/tool')).mode & 0o777).toBe(0o750)
    expect(at.commands).toEqual([`cd ${there} && get tool new/place/tool`])
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
    const hosts = ['web-1', 'web-2'].map(at.hostNamed)
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

  test('does not come into a stream that is closed meanwhile, or has ended', async () => {
    writeFileSync(join(there, 'big'), randomBytes(3_000_000))
    const stuck = new Writable({ write: () => setTimeout(() => stuck.destroy(), 20) })
    const ended = new Writable({ write: (_chunk, _, done) => done() })
    ended.end()
    for (const stream of [stuck, ended])
      await expect(host.get(join(there, 'big'), stream)).rejects.toMatchObject({
        code: 'E_LOCAL_FILE',
        message: expect.stringContaining('was closed before all of it had come'),
      })
  })

  test('needs a name for its copy', async () => {
    mkdirSync(join(here, 'got'))
    for (const path of [`${there}/..`, '.', '/'])
      await expect(host.get(path, 'got/')).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
    expect(readdirSync(join(here, 'got'))).toEqual([])
  })

  test('takes no place inside of what another host has, or around it, unless that came to nothing', async () => {
    mkdirSync(join(there, 'tree'))
    writeFileSync(join(there, 'file'), 'x')
    const other = at.hostNamed('web-2')
    const collision = { code: 'E_LOCAL_COLLISION', message: expect.stringContaining('from web-1') }
    await host.get(join(there, 'file'), 'got/inside/file')
    await expect(other.get(join(there, 'tree'), 'got')).rejects.toMatchObject(collision)
    await other.get(join(there, 'file'), 'got/inside/other')
    await host.get(join(there, 'tree'), 'mine')
    await expect(other.get(join(there, 'file'), 'mine/file')).rejects.toMatchObject(collision)
    expect(readdirSync(join(here, 'got/inside')).sort()).toEqual(['file', 'other'])
    await expect(host.get(join(there, 'none'), 'failed/tree')).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
    })
    await other.get(join(there, 'tree'), 'failed')
  })

  test('that cannot be got says what to do', async () => {
    mkdirSync(join(there, 'tree'))
    const hint = (text: string) => ({ code: 'E_REMOTE_FILE', hint: expect.stringContaining(text) })
    await expect(host.read(join(there, 'tree'))).rejects.toMatchObject(hint('get it to a local path'))
    await expect(host.get('~nobody/x', 'x')).rejects.toMatchObject(hint('write out that of another one'))
    await expect(host.get(join(there, 'none'), 'x')).rejects.toMatchObject(hint('is the path right?'))
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
      const cut = at.remote.host({ ...server.spec, name: 'web-1', identityFile: at.sshd.identityFile })
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

  test('has its modes whatever the umask is, and gives nobody the rights of another', async () => {
    plant()
    for (const [path, mode] of Object.entries({
      shared: 0o775,
      'shared/all': 0o777,
      'shared/locked': 0o555,
    })) {
      mkdirSync(join(there, 'tree', path))
      chmodSync(join(there, 'tree', path), mode)
    }
    writeFileSync(join(there, 'tree/shared/locked/file'), 'x')
    writeFileSync(join(there, 'tree/shared/root-shell'), '')
    chmodSync(join(there, 'tree/shared/root-shell'), 0o6755)
    chmodSync(join(there, 'tree/shared/all'), 0o3777)
    await host.get(join(there, 'tree'), 'copy')
    const modes = Object.entries(treeListing(join(there, 'tree'))).map(
      ([path, what]) => [path, what.replace(/^[0-7](?=[0-7]{3} )/, '')] as const,
    )
    expect(treeListing(join(here, 'copy'))).toEqual(Object.fromEntries(modes))
  })

  test('takes the place of one that its owner may not write to', async () => {
    mkdirSync(join(there, 'tree/locked'), { recursive: true })
    writeFileSync(join(there, 'tree/locked/file'), 'x')
    chmodSync(join(there, 'tree/locked'), 0o555)
    await unprivileged(async () => {
      await host.get(join(there, 'tree'), 'copy')
      await host.get(join(there, 'tree'), 'copy')
    })
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    expect(readdirSync(here)).toEqual(['copy'])
  })

  test('with a name that is not UTF-8 is refused, and named', async () => {
    mkdirSync(join(there, 'odd'))
    writeFileSync(Buffer.concat([Buffer.from(join(there, 'odd/a')), Buffer.from([0xe9])]), '1')
    await expect(host.get(join(there, 'odd'), 'odd')).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringContaining('not UTF-8'),
      hint: 'rename it there',
    })
    expect(existsSync(join(here, 'odd'))).toBe(false)
  })

  test('that is written to meanwhile is got, with a warning', async () => {
    plant()
    execFileSync('mkfifo', [join(there, 'tree/pipe')])
    linkSync(join(there, 'tree/link'), join(there, 'tree/link too'))
    linkSync(join(there, 'tree/.hidden/run me'), join(there, 'tree/one more'))
    const bin = mkdtempSync(join(here, 'bin-'))
    const tar = `#!/bin/sh\nPATH=/usr/bin:/bin tar "$@"; echo "$SAYS" >&2; exit 1\n`
    writeFileSync(join(bin, 'tar'), tar, { mode: 0o755 })
    const living = host.using('bash -euo pipefail').env({ PATH: `${bin}:/usr/bin:/bin` })
    await living.env({ SAYS: 'tar: ./log: file changed as we read it' }).get(join(there, 'tree'), 'copy')
    expect(at.warnings).toEqual([
      `web-1: got ${join(there, 'tree')}, but not as it is: ./log: file changed as we read it; pipe: a pipe or device, left out`,
    ])
    rmSync(join(there, 'tree/pipe'))
    expect(treeListing(join(here, 'copy'))).toEqual(treeListing(join(there, 'tree')))
    expect(statSync(join(here, 'copy/one more')).ino).toBe(statSync(join(here, 'copy/.hidden/run me')).ino)
    const cut = living.env({ SAYS: 'tar: ./log: File shrank by 9 bytes; padding with zeros' })
    await expect(cut.get(join(there, 'tree'), 'copy')).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
  })

  test('does not take the place of a file, of where tasks runs, of the task file, or of home', async () => {
    plant()
    writeFileSync(join(here, 'file'), 'x')
    const home = mkdtempSync(join(here, 'home-'))
    vi.stubEnv('HOME', home)
    try {
      for (const path of ['file', process.cwd(), dirname(process.cwd()), '.', home])
        await expect(host.get(join(there, 'tree'), path)).rejects.toMatchObject({
          code: 'E_LOCAL_FILE',
          message: expect.stringContaining('it is not replaced'),
        })
    } finally {
      vi.unstubAllEnvs()
    }
    expect(readdirSync(here).sort()).toEqual(['file', basename(home)])
  })

  const entry = (more: Partial<TreeEntry>): Buffer =>
    headerOf({ path: 'x', kind: 'file', mode: 0o644, size: 0, mtime: new Date(0), target: '', ...more })

  const secondName = (path: string, linkpath: string): Buffer => {
    const header = new Header({ type: 'Link', path, linkpath, mode: 0o777, size: 0, mtime: new Date(0) })
    header.encode()
    return header.block ?? Buffer.alloc(0)
  }

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
    ['a second name of what is not in it', [entry({ path: 'a' }), secondName('a', '../../victim')]],
  ])('from a host that is not to be trusted does not escape: %s', async (_, headers) => {
    const server = await SshServer.start({
      exec: (_command, channel) => {
        channel.write(Buffer.concat([Buffer.from(`${mark}drwxr-xr-x\n`), ...headers, Buffer.alloc(1024)]))
        channel.exit(0)
        channel.end()
      },
    })
    writeFileSync(join(here, 'victim'), '', { mode: 0o600 })
    try {
      const bad = at.remote.host({ ...server.spec, identityFile: at.sshd.identityFile })
      await expect(bad.get('/tree', 'inside/copy')).rejects.toMatchObject({
        code: 'E_LOCAL_FILE',
        hint: expect.stringContaining('whether the host is to be trusted'),
      })
      expect(existsSync(join(here, 'inside/escaped')) || existsSync(join(here, 'escaped'))).toBe(false)
      expect(readdirSync(join(here, 'inside'))).toEqual([])
      expect(statSync(join(here, 'victim')).mode & 0o777).toBe(0o600)
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
  expect(at.commands[0]).toBe(`template ${join(there, 'conf')}`)
})
