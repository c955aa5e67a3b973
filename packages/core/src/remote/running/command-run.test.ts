import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Mask } from '../../events/mask.ts'
import { mark, stderrMark } from '../command/announcement.ts'
import type { CommandResult } from '../command/run-command.ts'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { SshServer } from '../testing/ssh-server.ts'

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
      channel.stderr.write(`warning\n${stderrMark}error\n`)
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

test('a login that makes one of both outputs says no more for it', async () => {
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.write(`welcome\n${mark}${stderrMark}own\n`)
      channel.exit(0)
      channel.end()
    },
  })
  try {
    const host = remote.host({ ...server.spec, identityFile: sshd.identityFile })
    expect(await host.run`true`).toMatchObject({ stdout: 'own', stderr: '' })
    expect(await host.read('file')).toBe('own\n')
  } finally {
    await server.stop()
  }
})

test('nothing of the input is given to what comes before the command', async () => {
  let early = ''
  let own = ''
  const server = await SshServer.start({
    exec: (_command, channel) => {
      let isOwn = false
      channel.on('data', (chunk: Buffer) => {
        if (isOwn) own += chunk
        else early += chunk
        if (own.length < 'its input'.length) return
        channel.exit(0)
        channel.end()
      })
      channel.write('welcome\n')
      setTimeout(() => {
        isOwn = true
        channel.stderr.write(stderrMark)
        channel.write(mark)
      }, 300)
    },
  })
  try {
    const host = remote.host({ ...server.spec, identityFile: sshd.identityFile })
    await host.run({ stdin: 'its input' })`cat`
    expect([early, own]).toEqual(['', 'its input'])
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

test('a command that has no time left before it begins is told to be held up by its login', async () => {
  // As a shell that start-up files run in the login's place: it reads what was meant for others.
  const forced = await OpenSsh.start({ config: ['ForceCommand exec sh'] })
  try {
    const held = remote.host(forced.spec({ hostKeys: [forced.hostKey()] }))
    for (const limit of [{ timeout: 500 }, { idleTimeout: 500 }])
      await expect(held.run(limit)`true`).rejects.toMatchObject({
        code: 'E_COMMAND_TIMEOUT',
        hint: expect.stringMatching(/^it has not even begun: see what the start-up files .* ForceCommand/),
      })
    const slow = remote.host(sshd.spec({ hostKeys: [sshd.hostKey()] }))
    await expect(slow.run({ timeout: 500 })`sleep 100`).rejects.toMatchObject({
      code: 'E_COMMAND_TIMEOUT',
      hint: expect.stringMatching(/^it was ended; give it a longer time/),
    })
  } finally {
    await forced.stop()
  }
})

test('no part of a secret is left where output is cut', async () => {
  const secret = 'correct-horse-battery'
  const mask = new Mask()
  mask.add(secret)
  const lines: string[] = []
  const masked = createRemote({
    defaults: () => ({ config: false, knownHosts: [sshd.knownHosts] }),
    signal: stop.signal,
    mask: (text) => mask.text(text),
    cuts: mask,
  })
  // Of two colours within it, at each place of the cut.
  const coloured = `correct-\u001b[31mhorse\u001b[0m-battery`
  let body = ''
  const server = await SshServer.start({
    exec: (_command, channel) => {
      channel.stderr.write(stderrMark)
      channel.write(body)
      channel.exit(7)
      channel.end()
    },
  })
  try {
    const spec = { ...server.spec, identityFile: sshd.identityFile }
    const host = masked.host(spec, { onLine: (_, line) => lines.push(line) })
    for (const text of [secret, coloured]) {
      const endless = text.repeat(Math.ceil(17_000 / text.length))
      body = `${mark}${endless}${'.'.repeat(16 * 1024 - text.length - 5)}${endless}`
      const error = await host.run`true`.catch(String)
      expect(`${error}\n${lines.join('\n')}`).not.toMatch(/correct|orse|batter/)
      expect(lines.splice(0).join('')).toContain('[masked]')
      body = `${endless.repeat(17)}.`
      expect(await host.run`true`.catch(String)).not.toMatch(/correct|orse|batter/)
      for (const offset of [1, 5, 11, 20]) {
        body = `${mark}${endless.repeat(17)}${'.'.repeat(offset)}`
        // A result is what the host said; it is masked where it leaves.
        const { stdout }: CommandResult = await host.run({ okCodes: [7], quiet: true })`true`
        expect(mask.text(stdout)).toMatch(/^(?:\[masked\])+\.+$/)
      }
    }
  } finally {
    await server.stop()
    await masked.close()
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
