import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { wireCommand } from '../remote/command/command.ts'
import type { CommandOptions, CommandResult } from '../remote/command/run-command.ts'
import { withInput } from '../remote/input/stdin.ts'
import { type Circumstances, runCommand } from '../remote/running/command-run.ts'
import { countOf } from '../remote/testing/processes.ts'
import { until } from '../remote/testing/until.ts'
import { localShell } from './local-shell.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-local-'))
afterAll(() => rmSync(place, { recursive: true }))
const quiet = new AbortController().signal

function run(
  command: string,
  options: CommandOptions = {},
  around: Partial<Circumstances> = {},
): Promise<CommandResult> {
  const circumstances = { signal: quiet, mask: (text: string) => text, onLine: () => undefined, ...around }
  return withInput(options.stdin, { directory: place, signal: quiet }, (input) => {
    const wire = wireCommand({ env: {} }, command, input?.size)
    const order = { wire, shown: command, ...(input && { input }) }
    return runCommand(localShell(place), order, options, circumstances)
  })
}

test('a command here ends as one on a host does', async () => {
  expect(await run('echo out; echo error >&2; pwd')).toEqual({
    command: 'echo out; echo error >&2; pwd',
    code: 0,
    signal: null,
    stdout: `out\n${place}`,
    stderr: 'error',
    truncated: false,
  })
  await expect(run('echo why >&2; exit 3')).rejects.toMatchObject({
    code: 'E_COMMAND_FAILED',
    message: '"echo why >&2; exit 3" failed with exit code 3\n  why',
  })
  expect(await run('kill -9 $$', { okCodes: 'any' })).toMatchObject({ code: 137, signal: 'SIGKILL' })
})

test('its lines come as they are said, and whole characters', async () => {
  const lines: string[] = []
  const going = run(
    "printf 'first\\n\\303'; sleep 1; printf '\\251\\n'",
    {},
    { onLine: (_, line) => lines.push(line) },
  )
  await until(() => lines.length === 1)
  await going
  expect(lines).toEqual(['first', 'é'])
})

test('it reads exactly what it is given, or leaves it', async () => {
  const stdin = Buffer.alloc(300_000, 'é\0\n')
  expect((await run('wc -c', { stdin })).stdout.trim()).toBe('300000')
  expect((await run('true', { stdin })).code).toBe(0)
  const command = `sleep ${Math.floor(Math.random() * 1e8)}.5`
  const unread = run(command, { stdin: Buffer.alloc(20_000_000), timeout: '1s' })
  await expect(unread).rejects.toMatchObject({ code: 'E_COMMAND_TIMEOUT' })
  expect(countOf(command)).toBe(0)
  expect((await run('cat; echo end')).stdout).toBe('end')
})

test('it dies at a timeout and at an abort, with all that it started', async () => {
  const seconds = `${Math.floor(Math.random() * 1e8)}.5`
  await expect(run(`sleep ${seconds} & sleep ${seconds}`, { timeout: '300ms' })).rejects.toMatchObject({
    code: 'E_COMMAND_TIMEOUT',
  })
  expect(countOf(`sleep ${seconds}`)).toBe(0)
  const stop = new AbortController()
  const running = run(`sleep ${seconds} & sleep ${seconds}`, {}, { signal: stop.signal })
  await until(() => countOf(`sleep ${seconds}`) === 2)
  stop.abort()
  await expect(running).rejects.toMatchObject({ code: 'E_COMMAND_ABORTED' })
  expect(countOf(`sleep ${seconds}`)).toBe(0)
})

test('it dies with its runner, though that be killed', async () => {
  const seconds = `${Math.floor(Math.random() * 1e8)}.5`
  const runner = spawn(
    process.execPath,
    [
      '--import',
      import.meta.resolve('jiti/register'),
      join(dirname(fileURLToPath(import.meta.url)), 'testing/runner.ts'),
      `sleep ${seconds}; true`,
    ],
    { stdio: 'inherit' },
  )
  await until(() => countOf(`sleep ${seconds}`) === 1)
  const ended = once(runner, 'exit')
  runner.kill('SIGKILL')
  await ended
  await until(() => countOf(`sleep ${seconds}`) === 0)
})

test('what it leaves in the background holds nobody', async () => {
  const seconds = `${Math.floor(Math.random() * 1e8)}.5`
  const { stdout } = await run(`sleep ${seconds} & echo $!`)
  expect(countOf(`sleep ${seconds}`)).toBe(1)
  process.kill(Number(stdout))
})

test('200 MB go through memory that does not grow, at the pace of who reads', async () => {
  const before = process.memoryUsage.rss()
  let most = 0
  const caughtUp = (): Promise<void> | undefined => {
    most = Math.max(most, process.memoryUsage.rss())
    return Math.random() < 0.01 ? new Promise((resolve) => setTimeout(resolve, 1)) : undefined
  }
  const command = "head -c 200000000 /dev/zero | tr '\\0' x; echo end"
  const { stdout } = await run(command, { quiet: true }, { caughtUp })
  expect([stdout.length, stdout.slice(-3)]).toEqual([256 * 1024 - 1, 'end'])
  expect(most - before).toBeLessThan(150e6)
}, 60_000)
