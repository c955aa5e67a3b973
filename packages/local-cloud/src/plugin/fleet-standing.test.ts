import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { askForFleet } from './fleet-standing.ts'

it('says what ends a cloud that does not know the question', async () => {
  const server = createServer((_, answer) => answer.writeHead(404).end('there is no fleet')).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const access = { endpoint: `http://127.0.0.1:${port}`, secretAccessKey: 'secret' }
  const fleet = {
    group: 'web',
    loadBalancer: 'web',
    record: 'www.example.test',
    size: 1,
    port: 8080,
    health: '/health',
    userData: async () => '',
  }
  const asked = askForFleet(access, fleet).finally(() => server.close())
  await expect(asked).rejects.toMatchObject({
    code: 'E_CLOUD_FLEET',
    message: expect.stringContaining('there is no fleet'),
    hint: expect.stringContaining('"tasks cloud down" ends it'),
  })
})
