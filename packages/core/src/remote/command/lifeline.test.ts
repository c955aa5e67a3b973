import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type HeldCommand, holdCommand } from '../testing/held-command.ts'
import { countOf, processesWith } from '../testing/processes.ts'
import { until } from '../testing/until.ts'
import { sayMark } from './announcement.ts'
import { lifeline, lifelineOfLogin } from './lifeline.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-lifeline-'))
afterAll(() => rmSync(place, { recursive: true }))

const duration = (): string => `${Math.floor(Math.random() * 1e9)}.25`
const shells = ['/bin/sh', '/bin/bash', '/bin/busybox', '/bin/zsh'].filter(existsSync)

describe.each(shells)('by %s', (shell) => {
  const bin = mkdtempSync(join(place, 'bin-'))
  symlinkSync(shell, join(bin, 'sh'))
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }

  // As sshd starts a command, leading a session of its own; and as sudo and some servers do.
  describe.each([true, false])('leading a group: %s', (detached) => {
    const start = (script: string, input?: Uint8Array): HeldCommand =>
      holdCommand(join(bin, 'sh'), `exec ${lifeline(script, { inputSize: input?.length ?? 0 })}`, {
        env,
        detached,
        ...(input && { input }),
      })

    test('a command runs to its own end, and tells its own code', async () => {
      const began = performance.now()
      expect(await start('echo out; echo error >&2; exit 3').ended).toEqual({
        code: 3,
        signal: null,
        stdout: 'out\n',
        stderr: 'error\n',
      })
      expect(await start('cat; kill -9 $$').ended).toMatchObject({ signal: 'SIGKILL', stdout: '' })
      expect(performance.now() - began).toBeLessThan(3_000)
    })

    test('a command reads exactly the input that it is given', async () => {
      const input = Buffer.from('a\n\0é\nno line end'.repeat(20_000))
      expect(await start('wc -c; echo done >&2; exit 4', input).ended).toMatchObject({
        code: 4,
        stdout: expect.stringMatching(new RegExp(`^\\s*${input.length}\\n$`)),
        stderr: 'done\n',
      })
      expect(await start('read line; echo "$line"; exit 5', input).ended).toMatchObject({
        code: 5,
        stdout: 'a\n',
      })
    })

    test('a command whose input does not come whole is not run', async () => {
      const words = { inputSize: 200_000 }
      const input = Buffer.alloc(100_000)
      const command = holdCommand(join(bin, 'sh'), `exec ${lifeline('wc -c', words)}`, {
        env,
        detached,
        input,
      })
      command.letGo()
      expect(await command.ended).toMatchObject({ code: 125, stdout: '' })
    })

    test('nothing of it stays behind', async () => {
      const mark = randomUUID()
      const commands = [start(`true ${mark}`), start(`cat >/dev/null # ${mark}`, Buffer.from('x'))]
      await Promise.all(commands.map(({ ended }) => ended))
      for (const command of commands) command.letGo()
      await until(() => processesWith(mark).length === 0)
    })

    test.each([undefined, Buffer.from('input')])(
      'all that it started dies when it is let go (%s)',
      async (input) => {
        const seconds = duration()
        const command = start(`sleep ${seconds} & sh -c 'sleep ${seconds}; true'; echo survived`, input)
        await until(() => countOf(`sleep ${seconds}`) === 2)
        command.letGo()
        await until(() => countOf(`sleep ${seconds}`) === 0)
        expect((await command.ended).stdout).toBe('')
      },
    )
  })
})

const logins = [...shells, '/bin/mksh', '/bin/ksh93']
  .filter(existsSync)
  .filter((shell) => !shell.endsWith('busybox'))

describe.each(logins)('by a login with %s', (shell) => {
  const start = (script: string): HeldCommand =>
    holdCommand(shell, lifelineOfLogin(script), { detached: true })

  test('a command runs to its own end, and tells its own code', async () => {
    expect(await start(`echo "it's"; wait; echo '\\!' "$0" $# >&2; exit 3`).ended).toEqual({
      code: 3,
      signal: null,
      stdout: "it's\n",
      stderr: '\\! sh 0\n',
    })
    expect(await start('cat; kill -9 $$').ended).toMatchObject({ signal: 'SIGKILL', stdout: '' })
  })

  test('nothing of it stays behind', async () => {
    const mark = randomUUID()
    const command = start(`true ${mark}`)
    await command.ended
    command.letGo()
    await until(() => processesWith(mark).length === 0)
  })

  test('all that it started dies when it is let go', async () => {
    const seconds = duration()
    const command = start(`sleep ${seconds} & sh -c 'sleep ${seconds}; true'; echo survived`)
    await until(() => countOf(`sleep ${seconds}`) === 2)
    command.letGo()
    await until(() => countOf(`sleep ${seconds}`) === 0)
    expect((await command.ended).stdout).toBe('')
  })
})

test.each(['/usr/bin/fish', '/bin/tcsh'].filter(existsSync))(
  '%s does nothing of what is for the login of another family',
  async (shell) => {
    const cwd = mkdtempSync(join(place, 'other-'))
    const line = `${sayMark}; ${lifelineOfLogin('touch done')}`
    const { code, stdout } = await holdCommand(shell, line, { cwd, detached: true }).ended
    expect({ stdout, left: readdirSync(cwd) }).toEqual({ stdout: '', left: [] })
    expect(code).not.toBe(null)
  },
)

test('what ignores SIGTERM is killed after five seconds', async () => {
  const mark = randomUUID()
  const script = `trap '' TERM; while :; do sleep 1; done # ${mark}`
  const command = holdCommand('sh', `exec ${lifeline(script)}`, { detached: true })
  await until(() => processesWith(mark).length > 1)
  command.letGo()
  await command.ended
  await until(() => processesWith(mark).length === 0)
})

test('a background process outlives a command that ended by itself', async () => {
  const script = `sleep ${duration()} >/dev/null 2>&1 & echo $!`
  const command = holdCommand('sh', `exec ${lifeline(script)}`, { detached: true })
  const pid = Number((await command.ended).stdout)
  command.letGo()
  expect(process.kill(pid, 'SIGTERM')).toBe(true)
})

test('a command with quotes and backslashes passes any login shell', async () => {
  const script = `printf '%s|' 'it'\\''s' 'a\\b' "\\\\" '\\\\'`
  const logins = ['/bin/sh', '/bin/bash', '/bin/zsh', '/usr/bin/fish', '/bin/csh'].filter(existsSync)
  for (const login of logins) {
    const { stdout } = await holdCommand(login, `exec ${lifeline(script)}`).ended
    expect([login, stdout]).toEqual([login, `it's|a\\b|\\|\\\\|`])
  }
})
