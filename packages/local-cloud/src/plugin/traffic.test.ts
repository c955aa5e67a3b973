import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { openNameServer } from '../emulator/dns/index.ts'
import type { NameServer } from '../emulator/hardware/names.ts'
import { eventually } from '../emulator/machines/testing/lab.ts'
import { Traffic } from './traffic.ts'

const addresses = { blue: '127.0.0.1', green: '127.0.0.2' }

let points: string = addresses.blue
let asked = 0
let dns: NameServer
let servers: Server[] = []
let traffic: Traffic

afterEach(async () => {
  await traffic.stop()
  for (const server of servers) server.close().closeAllConnections()
  await dns.close()
})

/** A service that answers with its version, under one port at both addresses. */
async function open(ttl: number): Promise<void> {
  points = addresses.blue
  asked = 0
  servers = []
  let port = 0
  for (const [version, address] of Object.entries(addresses)) {
    const server = createServer((_, response) => response.end(JSON.stringify({ version })))
    await once(server.listen(port, address), 'listening')
    const bound = server.address()
    if (typeof bound === 'object' && bound !== null) port = bound.port
    servers.push(server)
  }
  dns = await openNameServer({
    resolve: (name, type) => {
      asked += type === 'A' ? 1 : 0
      return [{ name, type: 'A', ttl, values: [points] }]
    },
  })
  traffic = new Traffic({ url: `http://www.example.test:${port}/`, dns })
  await traffic.start()
}

const answers = (version: string): number => traffic.summary.versions[version]?.requests ?? 0

it('goes where the name leads, and keeps to an answer for its time to live', async () => {
  await open(3600)
  points = addresses.green
  const before = answers('blue')
  await eventually(() => expect(answers('blue')).toBeGreaterThan(before + 8))
  expect(asked).toBe(1)
  expect(traffic.summary).toMatchObject({ failed: 0, versions: { blue: {} } })
  expect(answers('green')).toBe(0)
})

it('asks again when the answer has run out, and leaves its kept connections', async () => {
  await open(1)
  points = addresses.green
  await eventually(() => expect(answers('green')).toBeGreaterThan(8))
  const late = answers('blue')
  await eventually(() => expect(answers('green')).toBeGreaterThan(20))
  expect(answers('blue')).toBe(late)
  expect(traffic.summary.failed).toBe(0)
})

it('counts a connection that is refused as a request that failed', async () => {
  await open(3600)
  servers[0]?.close().closeAllConnections()
  await eventually(() => expect(traffic.summary.failed).toBeGreaterThan(4))
  expect(traffic.summary.failures[0]?.reason).toMatch(/ECONNRE|hang up/)
})
