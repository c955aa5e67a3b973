import type { ChildProcess } from 'node:child_process'
import { appendFileSync, closeSync, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { endGroup, signalGroup, spawnGroup } from './process-group.ts'
import { expandArguments, readEnvironmentFile, type Unit } from './unit.ts'

/** As `systemctl is-active` words it. */
export type ActiveState = 'inactive' | 'activating' | 'active' | 'deactivating' | 'failed'

const burst = { starts: 5, within: 10_000 }
const cleanSignals: readonly unknown[] = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE']

/** What is said to who wants to start something on a machine that is halted. */
export const goingDown = 'the machine is going down'

/** How a process ended; `missing` when it could not be started at all. */
interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly reason?: string
}

/** One service and its process: started, watched, started again, stopped, as systemd does it. */
export class Service {
  state: ActiveState = 'inactive'
  /** As `systemctl show -p Result` words it. */
  result = 'success'
  mainPid = 0
  restarts = 0
  /** When the state last changed. */
  since = new Date()
  unit: Unit

  readonly #environment: Readonly<Record<string, string>>
  readonly #log: string
  #starts: number[] = []
  #timer: NodeJS.Timeout | undefined
  #launching: Promise<void> = Promise.resolve()
  #ended: Promise<void> = Promise.resolve()
  #stopping = false
  #halted = false

  constructor(unit: Unit, environment: Readonly<Record<string, string>>, log: string) {
    this.unit = unit
    this.#environment = environment
    this.#log = log
  }

  /** Starts the service if it does not run; a oneshot service has ended when this resolves. */
  async start(): Promise<void> {
    if (this.state === 'active') return
    clearTimeout(this.#timer)
    this.#starts = []
    this.restarts = 0
    await this.#launch()
  }

  /** Ends every process of the service. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#stopping = true
    if (this.mainPid !== 0) {
      this.#become('deactivating')
      await endGroup(this.mainPid, this.unit.stopSeconds * 1000)
    }
    await this.#launching
    await this.#ended
    this.#stopping = false
    if (this.state !== 'failed') this.#become('inactive')
  }

  /** Stops it for good: whatever is asked of it from now on, it does not start again. */
  async halt(): Promise<void> {
    this.#halted = true
    await this.stop()
  }

  /** Forgets a failure. */
  reset(): void {
    if (this.state === 'failed') this.#become('inactive')
  }

  /** Adds a line of the service manager's own to the service's log. */
  note(line: string): void {
    appendFileSync(this.#log, `systemd: ${line}\n`)
  }

  #launch(): Promise<void> {
    if (this.#halted) return Promise.reject(new Error(goingDown))
    this.#launching = this.#tryToLaunch()
    return this.#launching
  }

  async #tryToLaunch(): Promise<void> {
    this.result = 'success'
    this.#become('activating')
    try {
      const environment = await this.#variables()
      for (const command of this.unit.startBefore) {
        if (!(await this.#succeeds(command, environment)))
          return await this.#over({ code: 1, signal: null }, 'Control')
      }
      if (this.unit.oneshot) return await this.#runOnce(environment)
      const [command] = this.unit.start
      const child = await this.#spawn(command ?? [], environment)
      this.#become('active')
      this.note(`Started ${this.unit.description}.`)
      this.#ended = exitOf(child).then((exit) => this.#over(exit, 'Main'))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      await this.#over({ code: 203, signal: null, reason }, 'Main')
    }
  }

  async #runOnce(environment: Readonly<Record<string, string>>): Promise<void> {
    for (const command of this.unit.start) {
      if (!(await this.#succeeds(command, environment)))
        return await this.#over({ code: 1, signal: null }, 'Main')
    }
    this.note(`Finished ${this.unit.description}.`)
    this.#become(this.unit.remainAfterExit ? 'active' : 'inactive')
  }

  async #succeeds(
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const child = await this.#spawn(command, environment)
    const { code } = await exitOf(child)
    this.mainPid = 0
    return code === 0 || (command[0] ?? '').startsWith('-')
  }

  async #over(exit: Exit, which: string): Promise<void> {
    if (this.mainPid !== 0) signalGroup(this.mainPid, 'SIGKILL')
    this.mainPid = 0
    const clean = exit.code === 0 || cleanSignals.includes(exit.signal)
    this.note(`${which} process exited, ${wording(exit)}`)
    if (this.#stopping || this.#halted) return
    this.result = clean ? 'success' : exit.code === null ? 'signal' : 'exit-code'
    if (this.#wanted(clean) && this.#allowed()) {
      this.#become('activating')
      this.restarts++
      this.#timer = setTimeout(() => void this.#launch(), this.unit.restartSeconds * 1000)
    } else {
      this.#become(clean ? 'inactive' : 'failed')
      if (!clean) this.note(`Failed with result '${this.result}'.`)
    }
  }

  #wanted(clean: boolean): boolean {
    const { restart } = this.unit
    if (restart === 'always') return true
    return clean ? restart === 'on-success' : ['on-failure', 'on-abnormal', 'on-abort'].includes(restart)
  }

  #allowed(): boolean {
    const now = Date.now()
    this.#starts = [...this.#starts.filter((at) => now - at < burst.within), now]
    if (this.#starts.length < burst.starts) return true
    this.note('Start request repeated too quickly.')
    this.result = 'start-limit-hit'
    return false
  }

  async #variables(): Promise<Readonly<Record<string, string>>> {
    const variables = { ...this.#environment, ...this.unit.environment }
    for (const file of this.unit.environmentFiles) Object.assign(variables, await readEnvironmentFile(file))
    return variables
  }

  async #spawn(
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<ChildProcess> {
    const [program, ...args] = expandArguments(command, environment)
    if (!program) throw new Error(`${this.unit.path} has no ExecStart= in [Service]`)
    // Node reports a missing directory as a missing program.
    await stat(this.unit.workingDirectory)
    if (this.#stopping || this.#halted) throw new Error('stopped before it was started')
    const output = openSync(this.#log, 'a')
    try {
      const child = spawnGroup(program.replace(/^[-@:+!]+/, ''), args, {
        cwd: this.unit.workingDirectory,
        env: { ...environment },
        stdio: ['ignore', output, output],
      })
      this.mainPid = child.pid ?? 0
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
      return child
    } finally {
      closeSync(output)
    }
  }

  #become(state: ActiveState): void {
    this.state = state
    this.since = new Date()
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
  }
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}

function wording({ code, signal, reason }: Exit): string {
  if (reason !== undefined) return `code=exited, status=203/EXEC: ${reason}`
  if (signal) return `code=killed, signal=${signal.slice(3)}`
  return `code=exited, status=${code}/${code === 0 ? 'SUCCESS' : 'FAILURE'}`
}
