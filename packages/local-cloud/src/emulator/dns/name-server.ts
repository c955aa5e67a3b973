import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type DecodedPacket, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet'
import type { NameServer, ResolveName } from '../hardware/names.ts'
import { listen } from '../machines/loopback.ts'
import { respond, responseCode } from './response.ts'

/** How a name server is opened. */
export interface NameServerOptions {
  readonly resolve: ResolveName
  /** @default '127.0.0.1' */
  readonly address?: string
  /** For UDP and TCP. @default a free one */
  readonly port?: number
}

const plainLimit = 512
const extendedLimit = 4_096
const idleTimeout = 10_000
const attempts = 20

/**
 * Opens an authoritative name server over UDP and TCP.
 *
 * @throws when the port is taken.
 */
export async function openNameServer({
  resolve,
  address = '127.0.0.1',
  port = 0,
}: NameServerOptions): Promise<NameServer> {
  const { udp, tcp } = await bindBoth(address, port)
  const connections = new Set<Socket>()
  udp.on('message', (message, { port: from, address: host }) => {
    const reply = answer(message, resolve, 'udp')
    if (reply) udp.send(reply, from, host)
  })
  // One client's unreachable port is reported here on some systems; others go on being served.
  udp.on('error', () => undefined)
  tcp.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    serveConnection(socket, resolve)
  })
  return {
    address,
    port: udp.address().port,
    async close() {
      const closed = [once(udp, 'close'), once(tcp, 'close')]
      udp.close()
      tcp.close()
      for (const socket of connections) socket.destroy()
      await Promise.all(closed)
    },
  }
}

/** The same port for both: a port that is free for UDP may be taken for TCP, so any port may need several tries. */
async function bindBoth(address: string, port: number): Promise<{ udp: UdpSocket; tcp: Server }> {
  for (let attempt = 1; ; attempt++) {
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const tcp = createServer()
    try {
      udp.bind({ port, address, exclusive: true })
      await once(udp, 'listening')
      await listen(tcp, address, udp.address().port)
      return { udp, tcp }
    } catch (error) {
      udp.close()
      if (
        port === 0 &&
        attempt < attempts &&
        error instanceof Error &&
        'code' in error &&
        error.code === 'EADDRINUSE'
      ) {
        continue
      }
      throw new Error(
        `The name server cannot listen on ${address} port ${port}: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      )
    }
  }
}

function serveConnection(socket: Socket, resolve: ResolveName): void {
  let received = Buffer.alloc(0)
  // The client is gone: nobody is left to be answered.
  socket.on('error', () => socket.destroy())
  socket.setTimeout(idleTimeout, () => socket.destroy())
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
      const end = 2 + received.readUInt16BE()
      const reply = answer(received.subarray(2, end), resolve, 'tcp')
      received = received.subarray(end)
      if (!reply) return socket.destroy()
      const length = Buffer.alloc(2)
      length.writeUInt16BE(reply.length)
      socket.write(Buffer.concat([length, reply]))
    }
  })
}

/** The reply's bytes; undefined to what is no query. */
function answer(message: Buffer, resolve: ResolveName, transport: 'udp' | 'tcp'): Buffer | undefined {
  const query = readQuery(message)
  if (query === 'nothing') return undefined
  if (query === 'malformed') return bare(message, responseCode.malformed)
  const asked = query.additionals?.find((record) => record.type === 'OPT')
  const size = asked?.type === 'OPT' ? asked.udpPayloadSize : 0
  try {
    const reply = withOptions(respond(query, resolve), asked !== undefined)
    const bytes = encode(reply)
    const limit = Math.min(Math.max(size, plainLimit), extendedLimit)
    if (transport === 'tcp' || bytes.length <= limit) return bytes
    // Half an answer is worse than none: a client that sees the mark asks again over TCP.
    return encode({ ...reply, flags: (reply.flags ?? 0) | TRUNCATED_RESPONSE, answers: [], authorities: [] })
  } catch {
    // A record whose value has no wire form: DNS has a code for it and no room for the cause.
    return bare(message, responseCode.failed)
  }
}

function bare(message: Buffer, code: number): Buffer {
  return encode({ type: 'response', id: message.readUInt16BE(), flags: code })
}

function readQuery(message: Buffer): DecodedPacket | 'malformed' | 'nothing' {
  if (message.length < 12) return 'nothing'
  try {
    const packet = decode(message)
    return packet.type === 'query' ? packet : 'nothing'
  } catch {
    return 'malformed'
  }
}

function withOptions(reply: Packet, extended: boolean): Packet {
  if (!extended) return reply
  const fixed = {
    type: 'OPT',
    name: '.',
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
  } as const
  return { ...reply, additionals: [{ ...fixed, udpPayloadSize: extendedLimit, options: [] }] }
}
