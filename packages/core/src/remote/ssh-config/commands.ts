import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { Semaphore } from '../semaphore.ts'
import { badConfig, type Place } from './line.ts'

/**
 * Runs the commands of `Match exec`, each once however many hosts ask for the same one, and a few at a time. One that is
 * aborted is killed with all that it has started.
 */
export class MatchCommands {
  readonly #running = new Map<string, Promise<void>>()
  readonly #results = new Map<string, boolean>()
  readonly #places = new Semaphore(availableParallelism())

  /** Undefined: it has not been run. */
  readonly succeeded = (command: string): boolean | undefined => this.#results.get(command)

  run(command: string, place: Place, signal?: AbortSignal): Promise<void> {
    const running =
      this.#running.get(command) ?? this.#places.run(signal, () => this.#run(command, place, signal))
    this.#running.set(command, running)
    return running
  }

  async #run(command: string, place: Place, signal: AbortSignal | undefined): Promise<void> {
    this.#results.set(command, await succeeds(command, place, signal))
  }
}

function succeeds(command: string, place: Place, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void =>
      reject(
        badConfig(
          `the command "${command}" ${why}`,
          place,
          'run it by hand, in the shell that SHELL names',
          cause,
        ),
      )
    const child = spawn(process.env.SHELL || '/bin/sh', ['-c', command], {
      stdio: ['ignore', 'ignore', 'ignore'],
      // A group of its own, which can be killed as a whole.
      detached: true,
    })
    const abort = (): void => {
      if (child.pid !== undefined) killGroup(child.pid)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    child.once('error', (error) => {
      signal?.removeEventListener('abort', abort)
      failed('cannot be run', error)
    })
    child.once('exit', (code, endedBy) => {
      signal?.removeEventListener('abort', abort)
      if (endedBy === null) resolve(code === 0)
      else failed(`was ended by ${endedBy}`)
    })
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
