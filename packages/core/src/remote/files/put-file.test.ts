import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'

let at: FileHost
let host: Host
let here: string
let there: string
onFileHost((run) => {
  ;({ at, host, here, there } = run)
})

describe('a file', () => {
  test('that is there already is not sent again', async () => {
    writeFileSync(join(here, 'big'), randomBytes(3_000_000), { mode: 0o640 })
    expect(await host.put('big', join(there, 'big'))).toEqual({ changed: true, sent: 3_000_000 })
    const { ino, mtimeMs } = statSync(join(there, 'big'))
    chmodSync(join(there, 'big'), 0o600)
    const before = at.wire.sent
    expect(await host.put('big', join(there, 'big'))).toEqual({ changed: false, sent: 0 })
    expect(at.wire.sent - before).toBeLessThan(10_000)
    expect(statSync(join(there, 'big'))).toMatchObject({ ino, mtimeMs, mode: 0o100640 })
    writeFileSync(join(here, 'big'), randomBytes(3_000_000))
    expect(await host.put('big', `${there}/`)).toMatchObject({ changed: true })
    expect(readFileSync(join(there, 'big')).equals(readFileSync(join(here, 'big')))).toBe(true)
  })

  test('has the mode that it has here', async () => {
    for (const mode of [0o755, 0o4755, 0o2711, 0o400]) {
      writeFileSync(join(here, `${mode}`), 'x')
      chmodSync(join(here, `${mode}`), mode)
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
    execFileSync('mkfifo', [join(here, 'pipe')])
    const writing = once(spawn('sh', ['-c', 'echo hello >pipe'], { cwd: here }), 'exit')
    const hosts = ['web-1', 'web-2', 'web-3'].map(at.hostNamed)
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
    const hosts = ['web-1', 'web-2'].map(at.hostNamed)
    await Promise.all(hosts.map((each) => each.put(stream, join(there, each.name))))
    for (const { name } of hosts) expect(readFileSync(join(there, name), 'utf8')).toBe('abc')
    await expect(host.put(stream, join(there, 'web-1'))).rejects.toMatchObject({ code: 'E_STREAM_TAKEN' })
    expect(readFileSync(join(there, 'web-1'), 'utf8')).toBe('abc')
  })

  test('of a pipe that nobody writes to is given up when the run stops', async () => {
    execFileSync('mkfifo', [join(here, 'silent')])
    const putting = host.put('silent', join(there, 'file'))
    await sleep(50)
    at.stop.abort(new Error('interrupted'))
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
    expect(at.commands).toEqual([])
  })

  test.each([755, 644, -1, 0o10644, 0.5, '0644'])('has no mode %j', async (mode) => {
    // Callers in JavaScript are not held to the type.
    const putting = host.put({ text: 'x' }, join(there, 'file'), { mode: mode as number })
    await expect(putting).rejects.toMatchObject({
      code: 'E_PUT_OPTIONS',
      message: expect.stringContaining(`${JSON.stringify(mode)}`),
      hint: expect.stringContaining('0o755'),
    })
    expect(at.commands).toEqual([])
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
