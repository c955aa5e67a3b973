import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { EndSignals } from '../end-signals.ts'
import { answering } from './answering.ts'

/** Longer than a task file needs on a busy machine, and not longer than a person waits for what Tab completes. */
const patienceMs = 5_000

/**
 * `tasks complete WORD…`, which a shell asks by itself. A task file is the code of its author: it may print, ask at the
 * terminal, start programs, or never end. So the answer is worked out in a session apart, without a terminal and with an
 * output that leads nowhere, and what has not answered in time is ended with all that it has started.
 *
 * @param argv the words behind `tasks`
 * @returns the exit code: that of the answer, or 0 where there is none
 */
export async function main([, ...words]: readonly string[]): Promise<number> {
  const [program = ''] = process.argv.slice(1)
  const asked = spawn(process.execPath, [...process.execArgv, program, answering, ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => {
    asked.once('exit', resolve).once('error', () => resolve(null))
  })
  const [, , , told] = asked.stdio
  const end = (): void => {
    if (asked.pid !== undefined) endGroup(asked.pid)
  }
  const signals = new EndSignals(end)
  const patience = setTimeout(end, patienceMs)
  try {
    const answer = told instanceof Readable ? text(told) : ''
    const exitCode = await ended
    end()
    if (exitCode === 0) process.stdout.write(await answer)
    return exitCode ?? 0
  } finally {
    clearTimeout(patience)
    end()
    signals.release()
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
