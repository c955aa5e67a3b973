import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** A name's address, or the name that it is an alias of. */
export type Names = Readonly<Record<string, string>>

/** A name server on loopback that knows a few names. */
export async function serveNames(names: Names, address: string, port = 53): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { address: to, port: back }) => socket.send(answerOf(query, names), back, to))
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

const types = { a: 1, cname: 5 }

function answerOf(query: Buffer, names: Names): Buffer {
  const labels: string[] = []
  let end = 12
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
    labels.push(query.toString('latin1', end + 1, end + 1 + length))
    end += length + 1
  }
  const asked = query.readUInt16BE(end + 1)
  const records: Buffer[] = []
  let name = labels.join('.').toLowerCase()
  const isKnown = Object.hasOwn(names, name)
  for (let value = names[name]; value !== undefined; value = names[name]) {
    const isAddress = /^[\d.]+$/.test(value)
    const type = isAddress ? types.a : types.cname
    if (!isAddress || asked === types.a)
      records.push(record(name, type, isAddress ? Buffer.from(value.split('.').map(Number)) : wire(value)))
    if (isAddress || asked === types.cname) break
    name = value
  }
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  // An answer, from one who may answer for the name and would ask others; 3: there is no such name.
  header.writeUInt16BE(0x8580 | (isKnown ? 0 : 3), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, query.subarray(12, end + 5), ...records])
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fields = Buffer.alloc(10)
  fields.writeUInt16BE(type, 0)
  fields.writeUInt16BE(1, 2)
  fields.writeUInt16BE(data.length, 8)
  return Buffer.concat([wire(name), fields, data])
}

function wire(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'))
  return Buffer.concat([...labels, Buffer.from([0])])
}
