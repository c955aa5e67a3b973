import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { serverCheck } from './server-check.ts'

afterEach(() => vi.unstubAllEnvs())

/** A name server that refuses every question. */
async function refusing() {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const refusal = Buffer.from(query)
    refusal.writeUInt16BE(0x8005, 2)
    socket.send(refusal, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { name: `127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}

const lookedAt = (given: readonly string[]) =>
  serverCheck(given).run({
    ...testContext(),
    stateDirectory: '',
    isRehearsal: false,
    secret: () => undefined,
  })

it('is content with a refusal, and names who does not answer', async () => {
  vi.stubEnv('VIRIDIAN_NAME_SERVERS', '')
  const [here, gone] = [await refusing(), await refusing()]
  gone.close()
  expect(await lookedAt([here.name])).toEqual({ verdict: 'ok', says: 'the name servers answer' })
  expect(await lookedAt([here.name, gone.name])).toMatchObject({
    verdict: 'problem',
    says: expect.stringMatching(`no answer from ${gone.name}:`),
  })
  here.close()
})

it('leaves it to the account that nobody is signed in', async () => {
  for (const name of ['VIRIDIAN_NAME_SERVERS', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
    vi.stubEnv(name, undefined)
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  expect(await lookedAt([])).toEqual([])
})
