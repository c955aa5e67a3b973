import type { ChildProcess } from 'node:child_process'
import type { JsonEvent } from '../project.ts'
import { isCommand, isRead } from './address.ts'
import { isKill, isOutlived, isSurvived } from './fault.ts'
import type { Field, Told } from './field.ts'
import type { Call, Verdict } from './gate.ts'
import { Itinerary } from './itinerary.ts'
import { Memory } from './memory.ts'
import { isSame } from './recording.ts'
import { startScaling } from './scaling.ts'
import type { Case, Strike } from './siege.ts'
import { strikeCall, strikeCommand } from './strike.ts'

/** The end of a process, and the fault that has killed it. */
export interface Passage {
  readonly told: Told
  readonly kill: Strike | undefined
}

export interface Rival {
  readonly release: string
  readonly told: Told
}

/** So late are reads behind `refused, then stale`: the product looks for three seconds. */
const lateByMs = 1_500

/** A run that meets its faults: in its first process, and in those that go on with it after a kill. */
export class StruckRun {
  readonly #field: Field
  readonly #case: Case
  readonly #itinerary = new Itinerary()
  readonly #attempts = new Map<Strike, number>()
  readonly #memory = new Memory()
  #command: Strike | undefined
  #child: ChildProcess | undefined
  #kill: Strike | undefined
  #rival: Promise<Rival> | undefined

  constructor(field: Field, each: Case) {
    this.#field = field
    this.#case = each
  }

  get run(): string | undefined {
    return this.#itinerary.run
  }

  /** What the run has come by. */
  get struck(): Strike[] {
    return [...this.#attempts.keys(), ...(this.#command ? [this.#command] : [])]
  }

  /** What came of the run that was started against it. */
  get rival(): Promise<Rival> | undefined {
    return this.#rival
  }

  /** The first process, to its end and to that of all that was started beside it. */
  async begin(release: string): Promise<Passage> {
    const { scenario, strikes, rival, scaling } = this.#case
    const field = this.#field
    const weather = scaling && startScaling(scaling, field)
    let host: string | undefined
    const over = new AbortController()
    const command = strikes.find(({ address }) => isCommand(address))
    const commanded =
      command &&
      strikeCommand(
        command.fault,
        { field, skip: command.address.occurrence, child: () => this.#child, host: () => host },
        over.signal,
      )
    field.gate.judge = (call) => this.#judge(call, strikes, scenario.refused)
    const passage = await this.#pass(field.deployment(release), (event) => {
      if (event.kind === 'host.command') host = String(event.host)
      weather?.hear(event, this.run)
      if (rival && event.kind === 'step.finished' && event.step === 'pin') this.#rival ??= this.#compete()
    })
    over.abort()
    if (command && (await commanded)) this.#command = command
    await this.#rival
    await this.#calm()
    await weather?.over()
    return {
      ...passage,
      kill: passage.kill ?? (command && isKill(command.fault) ? this.#command : undefined),
    }
  }

  /** A process that goes on with it, or takes it back: it meets what the first one has not come to. */
  async goOn(command: string): Promise<Passage> {
    const lasting = this.#case.strikes.filter(
      ({ address, fault }) => isOutlived(address, fault) || isSurvived(address, fault),
    )
    this.#field.gate.judge = (call) => this.#judge(call, lasting, undefined)
    const passage = await this.#pass([command, this.run ?? ''], () => undefined)
    await this.#calm()
    return passage
  }

  async #pass(args: readonly string[], hear: (event: JsonEvent) => void): Promise<Passage> {
    this.#kill = undefined
    const told = await this.#field.tasks(args, (event, child) => {
      this.#child = child
      this.#itinerary.hear(event)
      hear(event)
    })
    return { told, kill: this.#kill }
  }

  /** Takes away what strikes have left with the cloud. */
  async #calm(): Promise<void> {
    await this.#field.faults(undefined)
    this.#field.gate.judge = ({ pass }) => pass()
  }

  async #judge(
    call: Call,
    strikes: readonly Strike[],
    refused: Case['scenario']['refused'],
  ): Promise<Verdict> {
    // What a killed process had still sent.
    if (this.#kill) return call.pass()
    const at = this.#itinerary.addressOf(call)
    const signal = (signal: NodeJS.Signals): void => void this.#child?.kill(signal)
    const common = { field: this.#field, call, signal }
    if (refused && isSame(at, refused))
      return strikeCall('refused', { ...common, earlier: 0, stale: undefined })
    const strike = strikes.find(({ address }) => isSame(at, address))
    if (!strike) return isRead(at) ? this.#read(call) : this.#change(call)
    const earlier = this.#attempts.get(strike) ?? 0
    this.#attempts.set(strike, earlier + 1)
    if (earlier === 0 && isKill(strike.fault)) this.#kill = strike
    return strikeCall(strike.fault, { ...common, earlier, stale: this.#memory.before(call.text) })
  }

  async #read({ text, pass }: Call): Promise<Verdict> {
    const isLate = [...this.#attempts.keys()].some(({ fault }) => fault === 'refused, then stale')
    const late = isLate ? this.#memory.late(text, lateByMs) : undefined
    if (late) return late
    const answer = await pass()
    if (text !== '') this.#memory.read(text, answer)
    return answer
  }

  async #change({ pass }: Call): Promise<Verdict> {
    const answer = await pass()
    this.#memory.changed()
    return answer
  }

  async #compete(): Promise<Rival> {
    const release = this.#field.nextRelease()
    return { release, told: await this.#field.tasks(this.#field.deployment(release)) }
  }
}
