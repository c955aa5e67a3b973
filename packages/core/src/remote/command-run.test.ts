import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { mark } from './announcement.ts'
import { createRemote, type Remote } from './remote.ts'
import { OpenSsh } from './testing/open-ssh.ts'
import { SshServer } from './testing/ssh-server.ts'

const stop = new AbortController()
let sshd: OpenSsh
let remote: Remote

beforeAll(async () => {
  sshd = await OpenSsh.start()
})
afterAll(() => sshd.stop())
beforeEach(() => {
  remote = createRemote({
    defaults: () => ({ config: false, connectTimeout: '10s' }),
    signal: stop.signal,
    mask: (text) => text.replaceAll('hunter2', '***'),
  })
})
afterEach(() => remote.close())

test('what is said before a command begins is not its own', async () => {
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.write(`welcome\n${mark}own\n`)
      channel.stderr.write(`warning\n${mark}error\n`)
      channel.exit(0)
      channel.end()
    },
  })
  const lines: string[] = []
  try {
    const spec = { ...server.spec, identityFile: sshd.identityFile }
    const loud = remote.host(spec, { onLine: (_, line) => lines.push(line) })
    expect(await loud.run`true`).toMatchObject({ stdout: 'own', stderr: 'error' })
    expect(lines).toEqual(['own', 'error'])
    expect(await loud.read('file')).toBe('own\n')
  } finally {
    await server.stop()
  }
})

test('a command that something else ran in place of has not succeeded', async () => {
  const server = await SshServer.start({
    exec: (command, channel) => {
      channel.write(`no hunter2\nno ${command}\n`)
      channel.stderr.write('only backups\n')
      channel.exit(0)
      channel.end()
    },
  })
  try {
    const odd = remote.host({ ...server.spec, identityFile: sshd.identityFile })
    await expect(odd.run`true`).rejects.toMatchObject({
      code: 'E_COMMAND_NOT_RUN',
      message: expect.stringMatching(
        /^web-1: "true" was not run; what the login ran in its place ended with exit code 0\n {2}no \*\*\*\n[\s\S]* {2}only backups$/,
      ),
      hint: expect.stringContaining('ForceCommand'),
      place: { host: 'web-1' },
    })
    await expect(odd.exists('x')).rejects.toMatchObject({ code: 'E_COMMAND_NOT_RUN' })
  } finally {
    await server.stop()
  }
})

test('a command that never begins is given up, and not because it waits for its turn', async () => {
  const server = await SshServer.start({
    exec: (_command, channel) => void channel.on('end', () => channel.end()).resume(),
  })
  const patient = createRemote({
    defaults: () => ({ config: false, knownHosts: [sshd.knownHosts], connectTimeout: '300ms' }),
    signal: stop.signal,
    mask: (text) => text,
  })
  try {
    const silent = patient.host({ ...server.spec, identityFile: sshd.identityFile })
    await expect(silent.run`true`).rejects.toMatchObject({
      code: 'E_COMMAND_NOT_RUN',
      message: 'web-1: "true" has not begun within 300ms',
      hint: expect.stringContaining('login shell'),
    })
    const busy = patient.host(sshd.spec({ hostKeys: [sshd.hostKey()] }))
    await Promise.all(Array.from({ length: 16 }, () => busy.run`sleep 0.5`))
  } finally {
    await patient.close()
    await server.stop()
  }
})

test('text cut anywhere gives whole characters', async () => {
  const text = 'é€𝄞ü\n'.repeat(50)
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.write(mark)
      for (const byte of Buffer.from(text)) channel.write(Buffer.from([byte]))
      channel.exit(0)
      channel.end()
    },
  })
  try {
    const odd = remote.host({ ...server.spec, identityFile: sshd.identityFile })
    expect((await odd.run`true`).stdout).toBe(text.trimEnd())
  } finally {
    await server.stop()
  }
})
