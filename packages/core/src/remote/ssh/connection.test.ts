import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeKey, OpenSsh } from '../testing/open-ssh.ts'
import { processesWith } from '../testing/processes.ts'
import { SshServer, type SshServerOptions } from '../testing/ssh-server.ts'
import { type AnyTransportOptions, makeTransport, transportNames } from '../testing/transports.ts'
import { until } from '../testing/until.ts'
import type { Connection, HostSpec, SshDefaults, TransportName } from '../transport.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-connection-'))
const identityFile = join(place, 'id')
makeKey(identityFile, 'ed25519')
afterAll(() => rmSync(place, { recursive: true }))

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

let transportName: TransportName
const by = (name: TransportName): void => {
  beforeAll(() => {
    transportName = name
  })
}

async function connected(
  spec: HostSpec,
  timing: NonNullable<AnyTransportOptions['timing']> = {},
): Promise<Connection> {
  const defaults = (): SshDefaults => ({ config: false, identityFile, connectTimeout: '10s' })
  const transport = makeTransport(transportName, { defaults, timing })
  endings.push(() => transport.close())
  return transport.connect(spec, new AbortController().signal)
}

async function realServer(config: readonly string[] = []): Promise<HostSpec> {
  const server = await OpenSsh.start({ config })
  endings.push(() => server.stop())
  return server.spec({ hostKeys: [server.hostKey()] })
}

async function oddServer(options: SshServerOptions): Promise<SshServer> {
  const server = await SshServer.start(options)
  endings.push(() => server.stop())
  return server
}

describe.each(transportNames)('by %s, a connection that is lost', (name) => {
  by(name)
  test('in mid-command fails the command, and nothing else', async () => {
    const server = await oddServer({ exec: (_command, channel) => void channel.write('begun\n') })
    const connection = await connected(server.spec)
    let said = ''
    const running = connection.exec('sleep 100', {
      onStdout: (chunk) => {
        said += chunk.toString()
        server.cut()
      },
    })
    // An unhandled error would fail the whole test run.
    await expect(running).rejects.toMatchObject({
      code: 'E_HOST_LOST',
      message: expect.stringMatching(
        /^the connection to web-1 was lost: .*(?:ECONNRESET|reset by peer|Broken pipe)/,
      ),
      place: { host: 'web-1' },
    })
    expect(said).toBe('begun\n')
    expect(connection.open).toBe(false)
    await expect(connection.exec('true', {})).rejects.toMatchObject({ code: 'E_HOST_LOST' })
  })

  test('to a peer that has stalled is noticed', async () => {
    const server = await oddServer({ exec: (_command, channel) => void channel.write('begun\n') })
    const connection = await connected(server.spec, { keepaliveInterval: 50, keepaliveCount: 3 })
    const running = connection.exec('sleep 100', { onStdout: () => server.stall() })
    await expect(running).rejects.toMatchObject({
      code: 'E_HOST_LOST',
      message: expect.stringMatching(/Keepalive timeout|Timeout, server .* not responding/),
    })
  })

  test('to a peer that has stalled can be closed', async () => {
    const server = await oddServer({ exec: (_command, channel) => void channel.write('begun\n') })
    const connection = await connected(server.spec)
    const running = connection.exec('sleep 100', { onStdout: () => server.stall() })
    const lost = expect(running).rejects.toMatchObject({ code: 'E_HOST_LOST' })
    await until(() => server.stalled)
    await connection.close()
    await lost
  })

  test('whose server closes a session is not lost, but there is no success', async () => {
    const server = await oddServer({ exec: (_command, channel) => void channel.close() })
    const connection = await connected(server.spec)
    await expect(connection.exec('true', {})).rejects.toMatchObject({
      code: 'E_HOST_LOST',
      message: expect.stringContaining('closed the session'),
      hint: expect.stringContaining('ChannelTimeout'),
    })
    expect(connection.open).toBe(true)
  })

  test.each(['sessions', 'commands'] as const)(
    'nor is one whose server leaves %s unanswered, but they end',
    async (leaves) => {
      const server = await oddServer({ exec: () => undefined, leaves })
      const transport = makeTransport(name, {
        defaults: () => ({ config: false, identityFile, connectTimeout: '2s' }),
      })
      endings.push(() => transport.close())
      const connection = await transport.connect(server.spec, new AbortController().signal)
      await expect(connection.exec('true', {})).rejects.toMatchObject({
        code: 'E_HOST_CHANNEL',
        message: 'web-1 has not answered within 2s whether it runs a command',
        place: { host: 'web-1' },
      })
      expect(connection.open).toBe(true)
    },
  )
})

describe.each(transportNames)('by %s, a handshake', (name) => {
  by(name)
  test('that is dropped is tried again', async () => {
    const server = await oddServer({ exec: (_, channel) => end(channel, 0), drops: (count) => count <= 2 })
    expect(await (await connected(server.spec)).exec('true', {})).toEqual({ code: 0, signal: null })
    expect(server.connections).toBe(3)
  })

  test('that hangs is ended', async () => {
    const server = await oddServer({
      exec: () => undefined,
      admits: () => new Promise<boolean>(() => undefined),
    })
    const transport = makeTransport(name, {
      defaults: () => ({ config: false, identityFile, connectTimeout: '500ms' }),
      timing: { readyTimeout: 200 },
    })
    await expect(transport.connect(server.spec, new AbortController().signal)).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      message: expect.stringContaining('timed out while waiting for the handshake'),
    })
  })

  test('offers only the key of its identity file', async () => {
    const server = await oddServer({ exec: (_, channel) => end(channel, 0), admits: () => false })
    await expect(connected(server.spec)).rejects.toMatchObject({ code: 'E_HOST_AUTH' })
    expect(server.offered).toHaveLength(1)
    expect(server.connections).toBe(1)
  })
})

function end(channel: { exit(code: number): void; end(): void }, code: number): void {
  channel.exit(code)
  channel.end()
}

describe.each(transportNames)('by %s, commands on a real server', (name) => {
  by(name)
  test('tell how they ended', async () => {
    const connection = await connected(await realServer())
    expect(await connection.exec('exit 3', {})).toEqual({ code: 3, signal: null })
    expect(await connection.exec('kill -TERM $$', {})).toEqual({ code: null, signal: 'SIGTERM' })
  })

  test('take no longer than they must', async () => {
    const connection = await connected(await realServer())
    const times: number[] = []
    for (let i = 0; i < 10; i += 1) {
      const began = performance.now()
      await connection.exec('true', {})
      times.push(performance.now() - began)
    }
    // With Nagle's algorithm on, none is below 40 ms.
    expect(Math.min(...times)).toBeLessThan(25)
  })

  test('of any number share a connection', async () => {
    const connection = await connected(await realServer())
    const all = Array.from({ length: 14 }, () => connection.exec('sleep 0.1', {}))
    expect(await Promise.all(all)).toEqual(Array.from({ length: 14 }, () => ({ code: 0, signal: null })))
  })

  test.each([1, 2, 3])('of any number share the %s sessions of a server', async (sessions) => {
    const connection = await connected(await realServer([`MaxSessions ${sessions}`]))
    const all = (count: number) => Array.from({ length: count }, () => connection.exec('sleep 0.05', {}))
    expect(await Promise.all(all(9))).toEqual(Array.from({ length: 9 }, () => ({ code: 0, signal: null })))
    for (const exit of await Promise.all(all(3))) expect(exit.code).toBe(0)
  })

  test.each([
    ['dropbear_2022.83', 1],
    ['OpenSSH_9.2', 8],
  ])('are at most as many at once as %s bears', async (ident, atMost) => {
    let running = 0
    let most = 0
    const server = await oddServer({
      ident,
      exec: async (_command, channel) => {
        running += 1
        most = Math.max(most, running)
        await until(() => most >= atMost)
        // Time for one too many.
        await new Promise((resolve) => setTimeout(resolve, 20))
        running -= 1
        channel.exit(0)
        channel.end()
      },
    })
    const connection = await connected(server.spec)
    await Promise.all(Array.from({ length: 12 }, () => connection.exec('true', {})))
    expect(most).toBe(atMost)
  })

  test('that no session is there for are refused', async () => {
    const connection = await connected(await realServer(['MaxSessions 0']))
    await expect(connection.exec('true', {})).rejects.toMatchObject({
      code: 'E_HOST_CHANNEL',
      hint: expect.stringContaining('MaxSessions'),
    })
  })

  test('wait with their output for whoever takes it', async () => {
    const connection = await connected(await realServer())
    let taken = 0
    let letGo: () => void = () => undefined
    const pending = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const onStdout = (chunk: Buffer) => {
      taken += chunk.length
      return pending
    }
    const mark = randomUUID()
    const running = connection.exec(`head -c 10000000 /dev/zero; true ${mark}`, { onStdout })
    await until(() => taken > 0)
    await connection.exec('sleep 0.2', {})
    expect(taken).toBeLessThan(100_000)
    expect(processesWith(mark).length).toBeGreaterThan(0)
    letGo()
    expect(await running).toEqual({ code: 0, signal: null })
    expect(taken).toBe(10_000_000)
  })

  test('are let go also while their output waits', async () => {
    const connection = await connected(await realServer())
    const stop = new AbortController()
    const onStdout = () => {
      stop.abort(new Error('enough'))
      return new Promise<void>(() => undefined)
    }
    const running = connection.exec('head -c 10000000 /dev/zero', { onStdout, signal: stop.signal })
    await expect(running).rejects.toThrow('enough')
  })

  test('read input of any size, and of exactly its size', async () => {
    const connection = await connected(await realServer())
    const size = 5_000_000
    let said = ''
    const onStdout = (chunk: Buffer): void => {
      said += chunk.toString()
    }
    const chunks = () => Array.from({ length: 10 }, () => Buffer.alloc(700_000, 'x'))
    await connection.exec(`head -c ${size} | wc -c`, { input: { size, chunks }, onStdout })
    expect(said.trim()).toBe(String(size))
    const short = connection.exec('cat', { input: { size: 10, chunks: () => [Buffer.from('1234')] } })
    await expect(short).rejects.toThrow('ended 6 bytes short of its 10 bytes')
  })

  test('that nobody wants any more are let go, with the reason', async () => {
    const connection = await connected(await realServer())
    const stop = new AbortController()
    const mark = randomUUID()
    const running = connection.exec(`cat; true ${mark}`, { signal: stop.signal })
    await until(() => processesWith(mark).length > 0)
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await until(() => processesWith(mark).length === 0)
    await expect(connection.exec('true', { signal: stop.signal })).rejects.toThrow('enough')
    expect(await connection.exec('true', {})).toEqual({ code: 0, signal: null })
  })
})
