import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { ViridianError } from '../../error.ts'
import { Semaphore } from '../semaphore.ts'

/** Runs the commands of `Match exec`, each once however many hosts ask for the same one, and a few at a time. */
export class MatchCommands {
  readonly #running = new Map<string, Promise<void>>()
  readonly #results = new Map<string, boolean>()
  readonly #places = new Semaphore(availableParallelism())

  /** Undefined: it has not been run. */
  readonly succeeded = (command: string): boolean | undefined => this.#results.get(command)

  run(command: string): Promise<void> {
    const running = this.#running.get(command) ?? this.#places.run(undefined, () => this.#run(command))
    this.#running.set(command, running)
    return running
  }

  async #run(command: string): Promise<void> {
    this.#results.set(command, await succeeds(command))
  }
}

function succeeds(command: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void =>
      reject(
        new ViridianError('E_SSH_CONFIG', `the command of Match exec "${command}" ${why}`, {
          hint: 'run it by hand; the shell is the one that SHELL names',
          ...(cause !== undefined && { cause }),
        }),
      )
    const child = spawn(process.env.SHELL || '/bin/sh', ['-c', command], {
      stdio: ['ignore', 'ignore', 'ignore'],
    })
    child.once('error', (error) => failed('cannot be run', error))
    child.once('exit', (code, signal) => {
      if (signal === null) resolve(code === 0)
      else failed(`was ended by ${signal}`)
    })
  })
}
