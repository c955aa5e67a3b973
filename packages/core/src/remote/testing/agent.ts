import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { until } from './until.ts'

/** An ssh-agent of a test's own. */
export class TestAgent {
  readonly socket: string
  #process: ChildProcess | undefined

  constructor(socket: string) {
    this.socket = socket
  }

  async start(): Promise<void> {
    this.#process = spawn('ssh-agent', ['-D', '-a', this.socket], {
      // No screen of whoever runs the tests shows its questions.
      env: { ...process.env, DISPLAY: undefined, SSH_ASKPASS: '/bin/false' },
      stdio: 'ignore',
    })
    await until(() => existsSync(this.socket))
  }

  add(file: string, ...flags: string[]): void {
    this.#run('-q', ...flags, file)
  }

  remove(file: string): void {
    this.#run('-q', '-d', file)
  }

  async stop(): Promise<void> {
    if (this.#process === undefined) return
    const ended = once(this.#process, 'exit')
    this.#process.kill()
    await ended
  }

  #run(...args: string[]): void {
    execFileSync('ssh-add', args, { env: { ...process.env, SSH_AUTH_SOCK: this.socket }, stdio: 'ignore' })
  }
}
