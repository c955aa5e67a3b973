import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { createRemote, type Remote } from '../remote.ts'
import { freePort, OpenSsh } from '../testing/open-ssh.ts'
import { transportNames } from '../testing/transports.ts'
import { until } from '../testing/until.ts'

let sshd: OpenSsh
let stop: AbortController
let remote: Remote
let host: Host
let warnings: string[]
let target: Server
let serve: (socket: Socket) => void

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(() => sshd.stop())
beforeEach(async () => {
  stop = new AbortController()
  warnings = []
  remote = createRemote({
    defaults: () => ({ config: false, knownHosts: [sshd.knownHosts], connectTimeout: '10s' }),
    signal: stop.signal,
    mask: (text) => text,
  })
  host = remote.host(sshd.spec(), { onWarning: (text) => warnings.push(text) })
  serve = (socket) => void socket.pipe(socket)
  target = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(target, 'listening')
})
afterEach(async () => {
  await remote.close()
  target.close()
})

const portOf = (server: Server): number => (server.address() as AddressInfo).port
const dial = (port: number): Socket => connect({ port, host: '127.0.0.1', allowHalfOpen: true })

test.each(transportNames)('two hundred ports are forwarded at once, both ways: by %s', async (transport) => {
  const by = remote.host(sshd.spec({ transport }), { onWarning: (text) => warnings.push(text) })
  const place = `127.0.0.1:${portOf(target)}`
  const ways = Array.from({ length: 100 }, () => [
    by.forward({ remote: place }),
    by.forward({ from: 'remote', local: place }),
  ])
  const forwards = await Promise.all(ways.flat())
  const answers = forwards.map(({ port }, index) => text(dial(port).end(`${index}`)))
  expect(await Promise.all(answers)).toEqual(forwards.map((_, index) => `${index}`))
  await Promise.all(forwards.map((each) => each.close()))
  expect(warnings).toEqual([])
})

describe.each(['local', 'remote'] as const)('a port forwarded from the %s side', (from) => {
  const open = (port: number) =>
    from === 'local'
      ? host.forward({ remote: `127.0.0.1:${port}` })
      : host.forward({ from, local: `127.0.0.1:${port}` })

  test('carries bytes, and the end of each direction for itself', async () => {
    // Answers only when all has been asked.
    serve = (socket) => {
      let size = 0
      socket.on('data', (chunk: Buffer) => (size += chunk.length))
      socket.on('end', () => socket.end(`${size} bytes`))
    }
    const { address, port } = await open(portOf(target))
    expect(address).toBe('127.0.0.1')
    const socket = dial(port)
    socket.end(Buffer.alloc(5_000_000))
    expect(await text(socket)).toBe('5000000 bytes')
  })

  test('carries many connections at once', async () => {
    const { port } = await open(portOf(target))
    const echo = async (index: number): Promise<string> => {
      const socket = dial(port)
      socket.end(`${index}`)
      return text(socket)
    }
    const all = Array.from({ length: 30 }, (_, index) => index)
    expect(await Promise.all(all.map(echo))).toEqual(all.map(String))
  })

  test('goes at the pace of who reads', async () => {
    let written = 0
    serve = (socket) => {
      const more = (): void => {
        while (socket.write(Buffer.alloc(65_536))) written += 65_536
        written += 65_536
      }
      socket.on('drain', more)
      more()
    }
    const { port } = await open(portOf(target))
    const socket = dial(port).pause()
    let last = -1
    await until(async () => {
      const still = written === last && written > 0
      last = written
      await new Promise((resolve) => setTimeout(resolve, 300))
      return still
    })
    // The buffers of sockets and windows on the way hold some.
    expect(written).toBeLessThan(40_000_000)
    socket.destroy()
  })

  test('is closed with what it carries', async () => {
    const forward = await open(portOf(target))
    const socket = dial(forward.port)
    socket.write('x')
    await once(socket, 'data')
    const ended = endOf(socket)
    await Promise.all([forward.close(), forward.close()])
    await ended
    await until(() => refused(forward.port))
  })

  test('is closed when the run stops', async () => {
    const { port } = await open(portOf(target))
    stop.abort(new Error('enough'))
    await until(() => refused(port))
    await expect(open(portOf(target))).rejects.toThrow('enough')
  })

  test('resets what its target does not take, and says so once', async () => {
    const nowhere = await freePort()
    const { port } = await open(nowhere)
    // The server of the other side makes a plain end of it.
    for (let count = 0; count < 2; count += 1)
      expect(await endOf(dial(port))).toBe(from === 'local' ? 'ECONNRESET' : 'ended')
    await until(() => warnings.length > 0)
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${nowhere}.*refused`, 'i'))])
    if (from === 'local') expect(warnings[0]).toContain('AllowTcpForwarding')
  })
})

test('a target that is not there ends the connection by openssh too, and nothing else', async () => {
  const other = remote.host(sshd.spec({ transport: 'openssh' }), { onWarning: (text) => warnings.push(text) })
  const { port } = await other.forward({ from: 'remote', local: await freePort() })
  expect(await endOf(dial(port))).toBe('ended')
  await until(() => warnings.length > 0)
  const carrying = await other.forward({ from: 'remote', local: portOf(target) })
  const socket = dial(carrying.port)
  socket.write('x')
  await once(socket, 'data')
  const ended = endOf(socket)
  await carrying.close()
  await ended
})

test('what a lost connection carried is reset, and the next one goes over a new connection', async () => {
  const { port } = await host.forward({ remote: `127.0.0.1:${portOf(target)}` })
  const socket = dial(port)
  socket.write('x')
  await once(socket, 'data')
  sshd.crashSessions()
  await expect(endOf(socket)).resolves.toBe('ECONNRESET')
  await until(async () => {
    const again = dial(port)
    again.on('error', () => undefined)
    again.end('again')
    return (await text(again).catch(() => '')) === 'again'
  })
})

test('a host that does not listen any more is told of', async () => {
  const { port } = await host.forward({ from: 'remote', local: portOf(target) })
  sshd.crashSessions()
  await until(() => warnings.length > 0)
  expect(warnings).toEqual([`web-1 does not listen on 127.0.0.1:${port} any more: it was lost`])
})

test('ports and addresses are checked first', async () => {
  await expect(host.forward({ local: '0.0.0.0:0', remote: 80 })).rejects.toMatchObject({
    code: 'E_FORWARD_EXPOSED',
  })
  const open = await host.forward({ local: '0.0.0.0:0', remote: 80, exposed: true })
  expect(open.address).toBe('0.0.0.0')
  await expect(host.forward({ remote: 'db' })).rejects.toMatchObject({ code: 'E_FORWARD_PLACE' })
  await expect(host.forward({ local: open.port, remote: 80 })).rejects.toMatchObject({
    code: 'E_FORWARD',
    message: expect.stringContaining('EADDRINUSE'),
  })
  const taken = { from: 'remote', local: 80, remote: portOf(target) } as const
  await expect(host.forward(taken)).rejects.toMatchObject({
    code: 'E_HOST_FORWARD',
    place: { host: 'web-1' },
  })
})

async function endOf(socket: Socket): Promise<string> {
  socket.resume()
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.once('end', () => resolve('ended'))
  })
}

async function refused(port: number): Promise<boolean> {
  return (await endOf(dial(port))) === 'ECONNREFUSED'
}
