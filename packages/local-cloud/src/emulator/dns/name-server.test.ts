import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  streamDecode,
  streamEncode,
} from 'dns-packet'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type NameServer, type ResolveName, recordsOf, type ZoneRecord } from '../hardware/names.ts'
import { openNameServer } from './name-server.ts'
import { responseCode } from './response.ts'

const record = (name: string, type: string, ...values: string[]): ZoneRecord => ({
  name,
  type,
  ttl: 7,
  values,
})
const zone = [
  record('example.test.', 'SOA', 'ns-1.awsdns.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400'),
  record('example.test.', 'NS', 'ns-1.awsdns.com.', 'ns-2.awsdns.com.'),
  record('www.example.test.', 'A', '127.1.1.1', '127.1.1.2'),
  record('www.example.test.', 'AAAA', '::1'),
  record('alias.example.test.', 'CNAME', 'www.example.test.'),
  record('example.test.', 'TXT', '"one \\"two\\"" "\\101three"'),
  record('example.test.', 'MX', '10 mail.example.test.'),
  record('_http._tcp.example.test.', 'SRV', '1 2 8080 www.example.test.'),
  record('wrong.example.test.', 'SRV', '1 2 99999 www.example.test.'),
  record('many.example.test.', 'A', ...Array.from({ length: 100 }, (_, index) => `127.2.0.${index}`)),
]

function resolve(name: string, type: string): ReturnType<ResolveName> {
  if (!name.endsWith('example.test.')) return undefined
  const own = zone.filter((one) => one.name === name && one.type === type)
  const cname = zone.find((one) => one.name === name && one.type === 'CNAME')
  if (own.length > 0) return own
  if (!cname) return zone.some((one) => one.name.endsWith(name)) ? [] : 'unknown'
  const target = resolve(cname.values[0] ?? '', type)
  return [cname, ...recordsOf(target)]
}

let server: NameServer
let resolver: Resolver
beforeAll(async () => {
  server = await openNameServer({ resolve })
  resolver = new Resolver()
  resolver.setServers([`${server.address}:${server.port}`])
})
afterAll(() => server.close())

it('answers a resolver by type', async () => {
  expect(await resolver.resolve4('www.example.test', { ttl: true })).toEqual([
    { address: '127.1.1.1', ttl: 7 },
    { address: '127.1.1.2', ttl: 7 },
  ])
  expect(await resolver.resolve6('www.example.test')).toEqual(['::1'])
  expect(await resolver.resolveTxt('example.test')).toEqual([['one "two"', 'Athree']])
  expect(await resolver.resolveNs('example.test')).toEqual(['ns-1.awsdns.com', 'ns-2.awsdns.com'])
  expect(await resolver.resolveMx('example.test')).toEqual([{ priority: 10, exchange: 'mail.example.test' }])
  expect(await resolver.resolveSrv('_http._tcp.example.test')).toEqual([
    { priority: 1, weight: 2, port: 8080, name: 'www.example.test' },
  ])
  expect(await resolver.resolveSoa('example.test')).toMatchObject({
    nsname: 'ns-1.awsdns.com',
    minttl: 86400,
  })
})

it('follows a CNAME within its zones, and shows it', async () => {
  expect(await resolver.resolve4('alias.example.test')).toEqual(['127.1.1.1', '127.1.1.2'])
  expect(await resolver.resolveCname('alias.example.test')).toEqual(['www.example.test'])
})

it('tells a name that is not there from one without such a record, and from one that is not its own', async () => {
  await expect(resolver.resolve4('nothing.example.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(resolver.resolveTxt('www.example.test')).rejects.toMatchObject({ code: 'ENODATA' })
  await expect(resolver.resolve4('www.example.org')).rejects.toMatchObject({ code: 'EREFUSED' })
})

it('tells that there is something beneath a name', async () => {
  await expect(resolver.resolve4('_tcp.example.test')).rejects.toMatchObject({ code: 'ENODATA' })
})

it('says how long to remember that there was nothing', async () => {
  const reply = await ask({ name: 'nothing.example.test', type: 'A' })
  expect(codeOf(reply)).toBe(responseCode.nameUnknown)
  expect(reply.flag_aa).toBe(true)
  expect(reply.authorities?.[0]).toMatchObject({ type: 'SOA', name: 'example.test' })
  const empty = await ask({ name: 'www.example.test', type: 'TXT' })
  expect(codeOf(empty)).toBe(responseCode.ok)
  expect(empty).toMatchObject({ answers: [], authorities: [{ type: 'SOA' }] })
})

it('keeps the case of a question', async () => {
  const reply = await ask({ name: 'wWw.Example.TEST', type: 'A' })
  expect(reply.answers?.map(({ name }) => name)).toEqual(['wWw.Example.TEST', 'wWw.Example.TEST'])
})

it('marks what is too long for UDP, which TCP and larger packets carry whole', async () => {
  const question: Question = { name: 'many.example.test', type: 'A' }
  expect(await ask(question)).toMatchObject({ flag_tc: true, answers: [] })
  const large = await ask(question, {
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 4096,
        flags: 0,
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: false,
        options: [],
      },
    ],
  })
  expect(large.flag_tc).toBe(false)
  expect(large.answers).toHaveLength(100)
  expect(await resolver.resolve4('many.example.test')).toHaveLength(100)
})

it('answers several questions over one TCP connection, in pieces', async () => {
  const socket = connect(server.port, server.address)
  const query = (id: number): Buffer =>
    streamEncode({ type: 'query', id, questions: [{ name: 'www.example.test', type: 'A' }] })
  const both = Buffer.concat([query(1), query(2)])
  let heard = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk])
  })
  socket.setNoDelay(true)
  socket.write(both.subarray(0, 5))
  await new Promise((resolve) => socket.write(both.subarray(5), resolve))
  while (heard.length < 2 || heard.length < 2 * (2 + heard.readUInt16BE())) await once(socket, 'data')
  const first = streamDecode(heard)
  const second = streamDecode(heard.subarray(2 + heard.readUInt16BE()))
  expect([first.id, second.id]).toEqual([1, 2])
  socket.destroy()
})

it('refuses what it does not do, and survives nonsense', async () => {
  const other = await ask({ name: 'www.example.test', type: 'A', class: 'CH' })
  expect(codeOf(other)).toBe(responseCode.notImplemented)
  const nonsense = await exchange(
    Buffer.concat([
      encode({ type: 'query', id: 9 }).subarray(0, 4),
      Buffer.from([0, 9, 0, 0, 0, 0, 0, 0, 99]),
    ]),
  )
  expect(decode(nonsense).id).toBe(9)
  expect(codeOf(decode(nonsense))).toBe(responseCode.malformed)
  expect(await resolver.resolve4('www.example.test')).toHaveLength(2)
})

it('owns up to a record that cannot be sent', async () => {
  expect(codeOf(await ask({ name: 'wrong.example.test', type: 'SRV' }))).toBe(responseCode.failed)
})

it('says which port is in the way', async () => {
  await expect(openNameServer({ resolve, port: server.port })).rejects.toThrow(
    `127.0.0.1 port ${server.port}`,
  )
})

function codeOf({ flags = 0 }: DecodedPacket): number {
  return flags & 0xf
}

async function ask(question: Question, rest: Partial<Packet> = {}): Promise<DecodedPacket> {
  return decode(await exchange(encode({ type: 'query', id: 77, flags: 0, questions: [question], ...rest })))
}

async function exchange(query: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4')
  socket.send(query, server.port, server.address)
  const [reply] = await once(socket, 'message', { signal: AbortSignal.timeout(5_000) })
  socket.close()
  return reply
}
