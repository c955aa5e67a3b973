import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** Clears the bit of a query that asks for recursion. */
function withoutRecursion(query: Buffer): Buffer {
  const copy = Buffer.from(query)
  copy.writeUInt16BE(copy.readUInt16BE(2) & ~0x0100, 2)
  return copy
}

/** A name server of a zone as Route 53's are: whatever a question desires, it follows no CNAME out of the zone. */
export async function openZoneServer(to: { readonly address: string; readonly port: number }) {
  const socket = createSocket('udp4')
  socket.on('message', async (query, { port, address }) => {
    const asking = createSocket('udp4')
    asking.send(withoutRecursion(query), to.port, to.address)
    const [reply] = await once(asking, 'message')
    asking.close()
    socket.send(reply, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { name: `127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}
