import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mark } from './command/announcement.ts'
import type { Host } from './host.ts'
import { createRemote, type Remote } from './remote.ts'
import { OpenSsh } from './testing/open-ssh.ts'
import { countOf } from './testing/processes.ts'
import { SshServer } from './testing/ssh-server.ts'
import { startRunner } from './testing/start-runner.ts'
import { transportNames } from './testing/transports.ts'
import { until } from './testing/until.ts'
import type { HostSpec, TransportName } from './transport.ts'

const here = dirname(fileURLToPath(import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'viridian-remote-'))
let sshd: OpenSsh
let stop: AbortController
let remote: Remote
let host: Host
let transport: TransportName = 'ssh2'
const by = (name: TransportName): void => {
  beforeAll(() => {
    transport = name
  })
}
let commands: string[]
let lines: string[]

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})
beforeEach(() => {
  stop = new AbortController()
  remote = remoteTo({})
  host = hostAt(sshd.spec())
})
afterEach(() => remote.close())

function remoteTo(more: { planning?: boolean }): Remote {
  return createRemote({
    defaults: () => ({ transport, config: false, knownHosts: [sshd.knownHosts], connectTimeout: '10s' }),
    signal: stop.signal,
    mask: (text) => text.replaceAll('hunter2', '***'),
    directory: place,
    ...more,
  })
}

function hostAt(spec: HostSpec): Host {
  commands = []
  lines = []
  return remote.host(spec, {
    onCommand: (command) => commands.push(command),
    onLine: (stream, line) => lines.push(`${stream}: ${line}`),
  })
}

describe.each(transportNames)('by %s, a command', (name) => {
  by(name)
  test('gives back what it said, and says it line by line', async () => {
    expect(await host.run`printf 'one\ntwo\r\nthree'; echo ${'it is'} >&2`).toEqual({
      command: `printf 'one\ntwo\r\nthree'; echo 'it is' >&2`,
      code: 0,
      signal: null,
      stdout: 'one\ntwo\r\nthree',
      stderr: 'it is',
      truncated: false,
    })
    expect(lines.filter((line) => line.startsWith('stdout'))).toEqual([
      'stdout: one',
      'stdout: two',
      'stdout: three',
    ])
    expect(lines).toContain('stderr: it is')
  })

  test('that fails says where, what, how and its last words', async () => {
    const error =
      await host.run`for i in $(seq 20); do echo line $i; done; echo "no hunter2" >&2; exit 3`.catch(
        (thrown: unknown) => thrown,
      )
    expect(error).toMatchObject({ code: 'E_COMMAND_FAILED', place: { host: 'web-1' } })
    const [first, ...rest] = error instanceof Error ? error.message.split('\n') : []
    expect(first).toBe(
      'web-1: "for i in $(seq 20); do echo line $i; done; echo "no ***" >&2; exit 3" failed with exit code 3',
    )
    expect(rest).toHaveLength(10)
    expect(rest.at(0)).toBe('  line 12')
    expect(rest.at(-1)).toBe('  no ***')
    expect(await host.run({ okCodes: [0, 3] })`exit 3`).toMatchObject({ code: 3 })
  })

  test('keeps secrets out of what is shown', async () => {
    const { command, stdout } = await host.env({ PASSWORD: 'hunter2' }).run`echo "$PASSWORD" ${'hunter2'}`
    expect(stdout).toBe('hunter2 hunter2')
    expect([command, ...commands, ...lines]).toEqual([
      'PASSWORD=*** echo "$PASSWORD" ***',
      'PASSWORD=*** echo "$PASSWORD" ***',
      'stdout: *** ***',
    ])
  })

  test('runs in its directory and with its variables', async () => {
    mkdirSync(join(place, 'my app/now'), { recursive: true })
    const there = host.cd(place).cd('my app').env({ LANG: 'C', GREETING: "it's" })
    expect((await there.cd('now').run`pwd; echo "$GREETING"`).stdout).toBe(`${place}/my app/now\nit's`)
    await expect(there.cd('missing').run`touch ran; true`).rejects.toMatchObject({
      code: 'E_COMMAND_FAILED',
      message: expect.stringContaining('missing'),
    })
    expect(existsSync(join(place, 'my app/ran'))).toBe(false)
  })

  test('reads what it is given', async () => {
    const input = randomBytes(300_000)
    const { stdout } = await host.run({ stdin: input, quiet: true })`base64 -w 0`
    expect(stdout).toBe(input.toString('base64').slice(-256 * 1024))
    expect((await host.run({ stdin: '' })`cat; echo end`).stdout).toBe('end')
    expect((await host.run`cat; echo end`).stdout).toBe('end')
    expect(lines).toEqual(['stdout: end', 'stdout: end'])
  })

  test('keeps the last part of much output', async () => {
    const result = await host.run({ quiet: true })`yes 0123456789 | head -c 20000000; echo; echo last`
    expect(result.truncated).toBe(true)
    expect(result.stdout).toHaveLength(256 * 1024 - 1)
    expect(result.stdout.endsWith('\nlast')).toBe(true)
    expect(lines).toEqual([])
  })

  test('that takes too long, or says nothing for too long, is ended there', async () => {
    const seconds = `${Math.floor(Math.random() * 1e9)}.5`
    await expect(host.run({ timeout: '200ms' })`sleep ${seconds}`).rejects.toMatchObject({
      code: 'E_COMMAND_TIMEOUT',
      message: `web-1: "sleep ${seconds}" took longer than 200ms`,
    })
    await expect(host.run({ idleTimeout: 300 })`echo begun; sleep ${seconds}`).rejects.toMatchObject({
      message: expect.stringContaining('said nothing for 300ms'),
    })
    expect(countOf(`sleep ${seconds}`)).toBe(0)
    expect(
      await host.run({ idleTimeout: 1_000 })`for i in 1 2 3 4 5 6; do echo; sleep 0.25; done`,
    ).toMatchObject({ code: 0 })
  })

  test('ends when the run stops, with all that it started', async () => {
    const seconds = `${Math.floor(Math.random() * 1e9)}.5`
    const running = host.run`sleep ${seconds} & sleep ${seconds}`
    await until(() => countOf(`sleep ${seconds}`) === 2)
    stop.abort(new Error('a step failed'))
    await expect(running).rejects.toMatchObject({
      code: 'E_COMMAND_ABORTED',
      place: { host: 'web-1' },
      cause: expect.objectContaining({ message: 'a step failed' }),
    })
    await until(() => countOf(`sleep ${seconds}`) === 0)
    await expect(host.run`true`).rejects.toMatchObject({ code: 'E_COMMAND_ABORTED' })
  })

  test('ends in the same way though it leaves much unread', async () => {
    const command = `sleep ${Math.floor(Math.random() * 1e9)}.5`
    const stdin = Buffer.alloc(20_000_000)
    await expect(host.run({ timeout: '3s', stdin })`sh -c ${command}`).rejects.toMatchObject({
      code: 'E_COMMAND_TIMEOUT',
    })
    expect(countOf(command)).toBe(0)
    const running = host.run({ stdin })`sh -c ${command}`
    await until(() => countOf(command) === 1)
    stop.abort(new Error('a step failed'))
    await expect(running).rejects.toMatchObject({ code: 'E_COMMAND_ABORTED' })
    expect(countOf(command)).toBe(0)
  })

  test('hints at what commonly is wrong', async () => {
    await expect(host.run`no-such-program`).rejects.toMatchObject({ hint: expect.stringContaining('PATH') })
    await expect(host.run`echo 'sudo: a password is required' >&2; exit 1`).rejects.toMatchObject({
      hint: expect.stringContaining('without a password'),
    })
  })
})

describe.each(transportNames)('by %s, a connection', (name) => {
  by(name)
  test('is one for a host, whoever asks', async () => {
    const server = await SshServer.start({
      exec: (_command, channel) => {
        channel.write(mark)
        channel.exit(0)
        channel.end()
      },
    })
    try {
      const spec = { ...server.spec, identityFile: sshd.identityFile }
      await Promise.all([remote.host(spec).run`a`, remote.host({ ...spec }).run`b`])
      await remote.host(spec).run`c`
      expect([server.connections, server.commands.length]).toEqual([1, 3])
      server.cut()
      await until(async () => (await remote.host(spec).run`d`.catch(() => undefined)) !== undefined)
      expect(server.connections).toBe(2)
    } finally {
      await server.stop()
    }
  })

  test('that fails is tried anew by the next command', async () => {
    await sshd.halt()
    // A process of its own takes longer to begin with.
    const connectTimeout = name === 'ssh2' ? 100 : 1_500
    const hasty = createRemote({
      defaults: () => ({ transport, config: false, knownHosts: [sshd.knownHosts], connectTimeout }),
      signal: stop.signal,
      mask: (text) => text,
    })
    const there = hasty.host(sshd.spec())
    await expect(there.run`true`).rejects.toMatchObject({ code: 'E_HOST_UNREACHABLE' })
    await sshd.listen()
    await until(async () => (await there.run`true`.catch(() => undefined)) !== undefined)
    await hasty.close()
  })
})

test('a plan tells of commands and touches nothing', async () => {
  remote = remoteTo({ planning: true })
  host = hostAt({ name: 'not-there' })
  await host.put('never-built.tgz', '/srv/web/next.tgz')
  expect(await host.cd('/srv/web').run`tar xzf next.tgz -p ${'hunter2'}`).toMatchObject({
    code: 0,
    stdout: '',
  })
  await host.as('deploy').sudo`systemctl restart web`
  await host.sudo({ okCodes: [0, 1] })`true`
  expect([await host.read('x'), await host.exists('y')]).toEqual(['', false])
  expect(commands).toEqual([
    'put never-built.tgz /srv/web/next.tgz',
    'cd /srv/web && tar xzf next.tgz -p ***',
    'sudo -u deploy systemctl restart web',
    'sudo true',
    'read x',
    'test -e y',
  ])
})

const killed = transportNames.flatMap((name) => [0, 20_000_000].map((inputSize) => ({ name, inputSize })))

test.each(killed)(
  'a remote command by $name with $inputSize bytes to read dies with its runner, though that be killed',
  async ({ name, inputSize }) => {
    const command = `sleep ${Math.floor(Math.random() * 1e9)}.5`
    const options = JSON.stringify({ inputSize })
    const args = [
      JSON.stringify(sshd.spec({ transport: name })),
      sshd.knownHosts,
      options,
      `echo begun; ${command}; true`,
    ]
    const runner = await startRunner(join(here, 'testing/runner.ts'), ...args)
    await until(() => countOf(command) === 1)
    const ended = once(runner, 'exit')
    runner.kill('SIGKILL')
    await ended
    await until(() => countOf(command) === 0)
  },
)
