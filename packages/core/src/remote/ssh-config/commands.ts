import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { Semaphore } from '../semaphore.ts'
import { badConfig, type Place } from './line.ts'

/** Runs the commands of `Match exec`, each once however many hosts ask for the same one, and a few at a time. */
export class MatchCommands {
  readonly #running = new Map<string, Promise<void>>()
  readonly #results = new Map<string, boolean>()
  readonly #places = new Semaphore(availableParallelism())

  /** Undefined: it has not been run. */
  readonly succeeded = (command: string): boolean | undefined => this.#results.get(command)

  run(command: string, place: Place): Promise<void> {
    const running = this.#running.get(command) ?? this.#places.run(undefined, () => this.#run(command, place))
    this.#running.set(command, running)
    return running
  }

  async #run(command: string, place: Place): Promise<void> {
    this.#results.set(command, await succeeds(command, place))
  }
}

function succeeds(command: string, place: Place): Promise<boolean> {
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
    })
    child.once('error', (error) => failed('cannot be run', error))
    child.once('exit', (code, signal) => {
      if (signal === null) resolve(code === 0)
      else failed(`was ended by ${signal}`)
    })
  })
}
