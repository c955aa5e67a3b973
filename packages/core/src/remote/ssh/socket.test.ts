import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logIn } from '../testing/log-in.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { openSocket, type SocketOptions } from './socket.ts'

let server: Server
let port: number

beforeAll(async () => {
  server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

const family = (address: string) => (address.includes(':') ? 6 : 4)

/** Opens a connection to the server, and gives both its addresses; a name is given by its addresses. */
async function ends(host: string[], options: Partial<SocketOptions>, own: string[] = []) {
  const socket = await openSocket({
    host: 'web-1',
    port,
    family: 0,
    signal: new AbortController().signal,
    addressesOf: async (name) =>
      (name === 'web-1' ? host : own).map((address) => ({ address, family: family(address) })),
    ...options,
  })
  const { localAddress, remoteAddress } = socket
  socket.destroy()
  return [localAddress, remoteAddress]
}

test('the addresses of a family are tried one after another', async () => {
  const there = ['127.0.0.9', '::1', '127.0.0.1']
  expect(await ends(there, { family: 4 })).toEqual(['127.0.0.1', '127.0.0.1'])
  await expect(ends(['127.0.0.9', '127.0.0.8'], { family: 4 })).rejects.toMatchObject({
    errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }],
  })
  await expect(ends(['127.0.0.1'], { family: 6 })).rejects.toMatchObject({
    code: 'ENOTFOUND',
    message: 'web-1 has no IPv6 address',
  })
})

test('a local address leads to addresses of its family', async () => {
  const there = ['::1', '127.0.0.9', '127.0.0.1']
  const from = { localAddress: 'door' }
  expect(await ends(there, from, ['127.0.0.5'])).toEqual(['127.0.0.5', '127.0.0.1'])
  expect(await ends(there, from, ['::1', '127.0.0.5'])).toEqual(['127.0.0.5', '127.0.0.1'])
  await expect(ends(['127.0.0.1'], from, ['::1'])).rejects.toMatchObject({
    code: 'ENOTFOUND',
    message: 'BindAddress door is no IPv4 address to reach web-1 from',
  })
})

test('a run that stops waits for no name', async () => {
  const stop = new AbortController()
  const opening = ends([], {
    family: 4,
    signal: stop.signal,
    addressesOf: () => new Promise(() => undefined),
  })
  stop.abort(new Error('enough'))
  await expect(opening).rejects.toThrow('enough')
})

test('BindAddress may be a name', async () => {
  const place = mkdtempSync(join(tmpdir(), 'viridian-bind-'))
  const sshd = await OpenSsh.start()
  const config = join(place, 'config')
  const defaults = { config, knownHosts: [sshd.knownHosts] }
  try {
    writeFileSync(config, 'BindAddress localhost\n')
    expect(await logIn(sshd.spec(), defaults)).toBe('in')
    writeFileSync(config, 'BindAddress ::1\n')
    await expect(logIn(sshd.spec(), defaults)).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      hint: 'check the address of web-1, and AddressFamily and BindAddress in ssh_config',
    })
  } finally {
    await sshd.stop()
    rmSync(place, { recursive: true })
  }
})
