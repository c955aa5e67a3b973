import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { logIn as logInTo } from '../testing/log-in.ts'
import { freePort, OpenSsh } from '../testing/open-ssh.ts'
import { type AnyTransportOptions, makeTransport, transportNames } from '../testing/transports.ts'
import type { HostSpec, SshDefaults, Transport, TransportName } from '../transport.ts'
import { Doors } from './doors.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-jump-'))
const { signal } = new AbortController()
setMaxListeners(0, signal)
let outer: OpenSsh
let inner: OpenSsh
let web: OpenSsh
let config: string

beforeAll(async () => {
  const verbose = { config: ['LogLevel VERBOSE'] }
  ;[outer, inner, web] = await Promise.all([
    OpenSsh.start(verbose),
    OpenSsh.start(verbose),
    OpenSsh.start(verbose),
  ])
  config = configOf('usual', [
    ...hostLines('outer', outer),
    ...hostLines('inner', inner, 'ProxyJump outer'),
    ...hostLines('web', web, 'ProxyJump inner'),
    ...hostLines('web-straight', web),
  ])
})
afterAll(async () => {
  await Promise.all([outer, inner, web].map((server) => server.stop()))
  rmSync(place, { recursive: true })
})
beforeEach(() => {
  vi.stubEnv('SSH_AUTH_SOCK', undefined)
})
afterEach(() => void vi.unstubAllEnvs())

/** As a person writes it: each host with an address, a key and known hosts of its own. */
function hostLines(name: string, server: OpenSsh, ...more: string[]): string[] {
  const { port, identityFile, knownHosts } = server
  return [
    `Host ${name}`,
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  IdentityFile ${identityFile}`,
    `  UserKnownHostsFile ${knownHosts}`,
    ...more.map((line) => `  ${line}`),
  ]
}

function configOf(name: string, lines: readonly string[]): string {
  const file = join(place, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

let transportName: TransportName
const by = (name: TransportName): void => {
  beforeAll(() => {
    transportName = name
  })
}

const logIn = (spec: HostSpec, defaults: SshDefaults = {}): Promise<string> =>
  logInTo(spec, { config, transport: transportName, ...defaults })

const transportTo = (defaults: SshDefaults, options: Partial<AnyTransportOptions> = {}): Transport =>
  makeTransport(transportName, {
    defaults: () => ({ config, connectTimeout: '10s', ...defaults }),
    ...options,
  })

const loginsTo = (server: OpenSsh): number => server.log.match(/Accepted publickey/g)?.length ?? 0

describe.each(transportNames)('by %s, a chain of jump hosts', (name) => {
  by(name)
  test('is walked as ssh_config has it, each with its own key and known hosts', async () => {
    const before = [outer, inner, web].map(loginsTo)
    expect(await logIn({ name: 'web' })).toBe('in')
    expect([outer, inner, web].map(loginsTo)).toEqual(before.map((count) => count + 1))
  })

  test('is walked as the host or its stage has it, ssh_config notwithstanding', async () => {
    const before = loginsTo(inner)
    expect(await logIn({ name: 'web', proxyJump: 'outer' })).toBe('in')
    expect(await logIn({ name: 'web' }, { proxyJump: `root@outer:${outer.port}` })).toBe('in')
    expect(loginsTo(inner)).toBe(before)
    expect(await logIn({ name: 'web-straight' }, { proxyJump: 'outer,inner' })).toBe('in')
    expect(loginsTo(inner)).toBe(before + 1)
  })

  test('is not walked when the host says none', async () => {
    const before = loginsTo(outer)
    expect(await logIn({ name: 'web', proxyJump: 'none' })).toBe('in')
    expect(loginsTo(outer)).toBe(before)
  })

  test("takes the stage's key where a jump host has none of its own", async () => {
    const defaults = {
      config: false,
      identityFile: outer.identityFile,
      knownHosts: [outer.knownHosts],
    } as const
    const spec = web.spec({ hostKeys: [web.hostKey()], proxyJump: `127.0.0.1:${outer.port}` })
    expect(await logIn(spec, defaults)).toBe('in')
  })

  test('that leads in a circle is refused', async () => {
    const circle = configOf('circle', [
      ...hostLines('a', outer, 'ProxyJump b'),
      ...hostLines('b', inner, 'ProxyJump a'),
    ])
    await expect(logIn({ name: 'a' }, { config: circle })).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      message: expect.stringContaining('leads in a circle'),
    })
  })

  test('is no way around a ProxyCommand for ssh2', async () => {
    const command = configOf('command', hostLines('web', web, 'ProxyCommand nc %h %p'))
    await expect(logIn({ name: 'web', transport: 'ssh2' }, { config: command })).rejects.toMatchObject({
      code: 'E_SSH_TRANSPORT',
      message: expect.stringContaining('nc %h %p'),
      hint: expect.stringContaining("transport: 'openssh'"),
    })
    expect(await logIn({ name: 'web', proxyJump: 'none' }, { config: command })).toBe('in')
  })
})

describe.each(transportNames)('by %s, what fails on the way', (name) => {
  by(name)
  test('is told of the jump host', async () => {
    const closed = await freePort()
    const hop = `root@127.0.0.1:${closed}`
    await expect(
      logIn({ name: 'web-straight', proxyJump: hop }, { connectTimeout: '300ms' }),
    ).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      message: expect.stringContaining(
        `jump host ${hop} (127.0.0.1:${closed}) cannot be reached within 300ms`,
      ),
    })
    const unknown = configOf('unknown', [
      ...hostLines('outer', outer, `UserKnownHostsFile ${join(place, 'none')}`).filter(
        (line) => !line.includes(outer.knownHosts),
      ),
      ...hostLines('web', web, 'ProxyJump outer'),
    ])
    await expect(logIn({ name: 'web' }, { config: unknown })).rejects.toMatchObject({
      code: 'E_HOST_KEY_UNKNOWN',
      message: expect.stringMatching(/^jump host outer \(127\.0\.0\.1:\d+\) is not in known_hosts/),
      place: { host: 'jump host outer' },
    })
  })

  test('behind it is told of the host, and of who could not reach it', async () => {
    const closed = await freePort()
    const spec = { name: 'web-straight', port: closed, proxyJump: 'outer' }
    await expect(logIn(spec, { connectTimeout: '2s' })).rejects.toMatchObject({
      code: 'E_HOST_UNREACHABLE',
      message: expect.stringMatching(
        `^web-straight \\(127.0.0.1:${closed}\\) cannot be reached within 2s: jump host outer cannot reach`,
      ),
      place: { host: 'web-straight' },
    })
  })

  test('with a changed key is not passed, also where StrictHostKeyChecking is no', async () => {
    const file = configOf(`changed-${name}`, [`[127.0.0.1]:${outer.port} ${inner.hostKey()}`])
    const first = ['StrictHostKeyChecking no', `UserKnownHostsFile ${file}`]
    const changed = configOf(`lax-${name}`, [
      ...first,
      ...hostLines('outer', outer),
      ...hostLines('web', web, 'ProxyJump outer'),
    ])
    await expect(logIn({ name: 'web' }, { config: changed })).rejects.toMatchObject({
      code: 'E_HOST_KEY_CHANGED',
      place: { host: 'jump host outer', file, line: 1 },
    })
  })

  test('for good is told at once', async () => {
    const server = await OpenSsh.start({ config: ['AllowTcpForwarding no'] })
    try {
      const closed = configOf('closed', [
        ...hostLines('closed', server),
        ...hostLines('web', web, 'ProxyJump closed'),
      ])
      await expect(logIn({ name: 'web' }, { config: closed })).rejects.toMatchObject({
        code: 'E_HOST_FORWARD',
        hint: expect.stringContaining('AllowTcpForwarding'),
      })
    } finally {
      await server.stop()
    }
  })
})

describe.each(transportNames)('by %s, a jump host', (name) => {
  by(name)
  test('is connected to once for many hosts, also with one handshake at a time', async () => {
    const before = loginsTo(outer)
    for (const handshakes of [1, 50]) {
      const transport = transportTo({ connectTimeout: '60s' }, { doors: new Doors(handshakes) })
      const all = Array.from({ length: name === 'ssh2' ? 60 : 12 }, () =>
        transport.connect({ name: 'web-straight', proxyJump: 'outer' }, signal),
      )
      const connections = await Promise.all(all)
      const exits = await Promise.all(connections.map((connection) => connection.exec('true', {})))
      expect(exits.every(({ code }) => code === 0)).toBe(true)
      await transport.close()
      expect(connections.some(({ open }) => open)).toBe(false)
    }
    expect(loginsTo(outer)).toBe(before + 2)
  }, 60_000)

  test('that is lost takes its hosts with it, and is connected to again', async () => {
    const server = await OpenSsh.start()
    const transport = transportTo({
      config: configOf('lost', [...hostLines('door', server), ...hostLines('web', web, 'ProxyJump door')]),
    })
    try {
      const first = await transport.connect({ name: 'web' }, signal)
      const running = first.exec('sleep 100', {})
      const lost = expect(running).rejects.toMatchObject({ code: 'E_HOST_LOST', place: { host: 'web' } })
      server.crashSessions()
      await lost
      const second = await transport.connect({ name: 'web' }, signal)
      expect(await second.exec('true', {})).toMatchObject({ code: 0 })
    } finally {
      await transport.close()
      await server.stop()
    }
  })
})
