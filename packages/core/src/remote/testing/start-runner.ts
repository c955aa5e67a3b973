import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Starts a runner of one command, for a test to kill; resolves when it says that the command has begun. It compiles its
 * sources first: a deadline for that would be one for the machine.
 */
export async function startRunner(file: string, ...args: readonly string[]): Promise<ChildProcess> {
  const words = ['--import', import.meta.resolve('jiti/register'), file, ...args]
  const runner = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(runner, 'close').then(() => {
    throw new Error('the runner has ended before its command began')
  })
  await Promise.race([once(runner.stdout, 'data'), ended])
  ended.catch(() => undefined)
  return runner
}
