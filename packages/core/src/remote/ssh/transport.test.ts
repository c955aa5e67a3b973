import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logIn } from '../testing/log-in.ts'
import { freePort, OpenSsh } from '../testing/open-ssh.ts'
import { makeTransport, transportNames } from '../testing/transports.ts'
import type { SshDefaults } from '../transport.ts'

/** A port on which nobody ever listens: one that was free a moment ago, another test may have taken. */
const nobody = 1

const forever = new AbortController().signal
setMaxListeners(0, forever)
let sshd: OpenSsh

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(() => sshd.stop())

describe.each(transportNames)('reaching a host by %s', (transport) => {
  test('waits for an sshd that comes up late', async () => {
    const server = await OpenSsh.start()
    try {
      await server.halt()
      const late = logIn(server.spec(), { transport, knownHosts: [server.knownHosts] })
      await sleep(300)
      await server.listen()
      expect(await late).toBe('in')
    } finally {
      await server.stop()
    }
  })

  test('gives up in the end, and says why', async () => {
    const spec = { ...sshd.spec(), port: nobody }
    const began = performance.now()
    await expect(logIn(spec, { transport, connectTimeout: '600ms' })).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      message: expect.stringMatching(
        /^web-1 \(127\.0\.0\.1:\d+\) cannot be reached within 600ms: .*(?:ECONNREFUSED|Connection refused)/,
      ),
      place: { host: 'web-1' },
    })
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  test('says meanwhile that it is waiting for it, and for what', async () => {
    const spec = { ...sshd.spec(), port: nobody }
    const notes: string[] = []
    const note = (text: string): void => void notes.push(text)
    await expect(logIn(spec, { transport, connectTimeout: '9s' }, { note })).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
    })
    expect(notes).toEqual([expect.stringMatching(/^not reached yet, and tried for 9s: web-1: .*refused/i)])
  })

  test('says it of each address that a name has', async () => {
    const spec = sshd.spec({ address: 'localhost', port: await freePort() })
    await expect(logIn(spec, { transport, connectTimeout: 1_000 })).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be reached within 1s: .*(?:ECONNREFUSED|Connection refused)/),
    })
  })

  test('a name that does not resolve is told at once', async () => {
    await expect(logIn(sshd.spec({ address: 'no-such-host.invalid' }), { transport })).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      hint: 'check the address of web-1',
    })
  })

  test('stops when the run stops', async () => {
    const stop = new AbortController()
    const spec = { ...sshd.spec(), port: await freePort() }
    const connecting = makeTransport(transport, { defaults: () => ({ config: false }) }).connect(
      spec,
      stop.signal,
    )
    await sleep(50)
    stop.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow(/enough|abort/)
  })

  test('many at once get through an sshd that drops them', async () => {
    const server = await OpenSsh.start({ config: ['MaxStartups 3:70:6', 'LogLevel VERBOSE'] })
    try {
      const defaults: SshDefaults = { config: false, knownHosts: [server.knownHosts], connectTimeout: '30s' }
      const all = makeTransport(transport, { defaults: () => defaults })
      const connections = await Promise.all(
        Array.from({ length: 30 }, () => all.connect(server.spec(), forever)),
      )
      expect(connections.every(({ open }) => open)).toBe(true)
      expect(server.log).toContain('drop connection')
      await all.close()
    } finally {
      await server.stop()
    }
  })
})
