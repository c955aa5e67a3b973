import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Host } from './host.ts'
import { createRemote, type Remote } from './remote.ts'
import { SshTransport } from './ssh/transport.ts'
import { OpenSsh } from './testing/open-ssh.ts'
import { countOf } from './testing/processes.ts'
import { until } from './testing/until.ts'

let sshd: OpenSsh
let stop: AbortController
let remote: Remote
let host: Host

beforeEach(async () => {
  sshd = await OpenSsh.start()
  stop = new AbortController()
  remote = remoteWith()
  host = remote.host(sshd.spec())
})
afterEach(async () => {
  await remote.close()
  await sshd.stop()
})

function remoteWith(timing: { keepaliveInterval?: number; keepaliveCount?: number } = {}): Remote {
  const defaults = () => ({ knownHosts: [sshd.knownHosts], connectTimeout: '1s' })
  return createRemote({
    defaults,
    signal: stop.signal,
    mask: (text) => text,
    transport: new SshTransport({ defaults, timing }),
  })
}

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const began = performance.now()
  try {
    return await work
  } finally {
    expect(performance.now() - began).toBeLessThan(ms)
  }
}

test('a command that a stalled host does not take ends at its timeout', async () => {
  await host.run`true`
  sshd.stall()
  const late = expect(host.run({ timeout: '300ms' })`true`).rejects.toMatchObject({
    code: 'E_COMMAND_TIMEOUT',
  })
  await within(3_000, late)
})

test('a command that a stalled host does not take ends when the run stops', async () => {
  await host.run`true`
  sshd.stall()
  const stopped = expect(host.run`true`).rejects.toMatchObject({ code: 'E_COMMAND_ABORTED' })
  stop.abort(new Error('enough'))
  await within(3_000, stopped)
})

test('a host that stalls in mid-command is lost when probes go unanswered', async () => {
  const watched = remoteWith({ keepaliveInterval: 100, keepaliveCount: 3 })
  try {
    const running = watched.host(sshd.spec()).run`sleep 1000`
    await until(() => countOf('sleep 1000') > 0)
    sshd.stall()
    await within(5_000, expect(running).rejects.toMatchObject({ code: 'E_HOST_LOST' }))
  } finally {
    await watched.close()
  }
})

test('a connection to a stalled host is closed in a second or so', async () => {
  await host.run`true`
  sshd.stall()
  await within(3_000, remote.close())
})

test('a port that takes connections and says nothing is no host', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server has this kind of address.
  const { port } = server.address() as AddressInfo
  const connecting = remote.host(sshd.spec({ port })).run`true`
  await within(4_000, expect(connecting).rejects.toMatchObject({ code: 'E_HOST_UNREACHABLE' }))
  server.close()
})

test('a forwarding over a stalled host is closed at once', async () => {
  const forward = await host.forward({ remote: 9 })
  sshd.stall()
  await within(1_000, forward.close())
})
