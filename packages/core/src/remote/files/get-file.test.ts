import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { mark } from '../command/announcement.ts'
import type { Host } from '../host.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { SshServer } from '../testing/ssh-server.ts'

let at: FileHost
let host: Host
let here: string
let there: string
onFileHost((run) => {
  ;({ at, host, here, there } = run)
})

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

  test('comes to no place that the name of the host leads to', async () => {
    writeFileSync(join(there, 'file'), 'x')
    mkdirSync(join(here, 'got'))
    for (const name of ['../evil', '..', '.', '/tmp', 'a/b'])
      await expect(at.hostNamed(name).get(join(there, 'file'), 'got/')).rejects.toMatchObject({
        code: 'E_LOCAL_FILE',
        message: expect.stringContaining('is no name for a directory'),
      })
    expect(readdirSync(here)).toEqual(['got'])
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
    writeFileSync(join(there, 'file'), 'x')
    mkdirSync(join(here, 'directory'))
    await expect(host.get(join(there, 'file'), 'directory')).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      hint: expect.stringContaining('ends with /'),
    })
    expect(readdirSync(here)).toEqual(['directory'])
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

test('a file is read up to a limit, as text or as bytes', async () => {
  writeFileSync(join(there, 'file'), 'grüße')
  expect(await host.read(join(there, 'file'))).toBe('grüße')
  expect(await host.read(join(there, 'file'), { bytes: true })).toEqual(Buffer.from('grüße'))
  // Its bytes count, two for each of the two letters beyond ASCII.
  expect(await host.read(join(there, 'file'), { limit: 7 })).toBe('grüße')
  await expect(host.read(join(there, 'file'), { limit: 6 })).rejects.toMatchObject({
    code: 'E_REMOTE_FILE_SIZE',
    place: { host: 'web-1' },
  })
  writeFileSync(join(there, 'bytes'), Buffer.from([0xff, 0]))
  await expect(host.read(join(there, 'bytes'))).rejects.toMatchObject({ code: 'E_REMOTE_FILE_TEXT' })
  await expect(host.read('/dev/zero')).rejects.toMatchObject({ code: 'E_REMOTE_FILE_SIZE' })
})
