import type { JsonEvent } from '../project.ts'
import type { Address, Phase } from './address.ts'

interface OpenTask {
  readonly task: string
  readonly from: string
  until: string
}

/** Follows one process of a run by its events, and gives its calls their addresses. */
export class Itinerary {
  #phase: Phase = 'forward'
  #run: string | undefined
  /** By step and operation, what has been asked for: the looks of one wait ask for the same. */
  readonly #asked = new Map<string, string[]>()
  readonly #tasks: OpenTask[] = []

  get run(): string | undefined {
    return this.#run
  }

  hear(event: JsonEvent): void {
    switch (event.kind) {
      case 'run.started':
        this.#run = String(event.run)
        return
      case 'committed':
        this.#phase = 'committed'
        return
      case 'undo.started':
        this.#phase = 'undo'
        return
      case 'hosts.started':
        this.#tasks.push({ task: String(event.task), from: String(event.at), until: '9' })
        return
      case 'hosts.finished':
        for (const each of this.#tasks) if (each.task === event.task) each.until = String(event.at)
    }
  }

  /** The address of a call that this step makes now. */
  addressOf({ step, operation, text }: { step: string; operation: string; text: string }): Address {
    const phase = this.#phase
    const line = `${phase} ${step} ${operation}`
    const asked = this.#asked.get(line) ?? []
    if (!asked.includes(text)) asked.push(text)
    this.#asked.set(line, asked)
    return { phase, step, operation, occurrence: asked.indexOf(text) }
  }

  /** The addresses of the commands that came to hosts at these times. */
  commands(times: readonly string[]): Address[] {
    const taskAt = (at: string): string =>
      this.#tasks.find(({ from, until }) => from <= at && at <= until)?.task ?? 'other'
    return times.map((at, occurrence) => ({
      phase: 'forward',
      step: taskAt(at),
      operation: 'ssh:Exec',
      occurrence,
    }))
  }
}
