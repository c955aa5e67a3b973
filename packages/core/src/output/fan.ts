import type { Event } from '../events/event.ts'
import type { HostReason } from '../remote/hosts/reasons.ts'
import { Excerpt } from './excerpt.ts'

type Of<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>

/** Up to so many hosts are told line by line, as they say it; more are unreadable in this way. */
const few = 3

/** Hosts that have said the same, and ended in the same way. */
export interface Answer {
  readonly hosts: string[]
  readonly said: Excerpt
  readonly isDone: boolean
  /** The place of the first of them among all hosts. */
  place: number
}

export interface RunningHost {
  readonly host: string
  readonly since: number
  readonly said: Excerpt
  readonly place: number
  last: string
}

/** A task on all of its hosts: how far these are, and what they have said, each answer kept once. */
export class Fan {
  readonly key: string
  readonly task: string
  readonly total: number
  readonly since = performance.now()
  readonly running = new Map<string, RunningHost>()
  readonly #answers = new Map<string, Answer>()
  readonly failures: HostReason[] = []
  done = 0
  #begun = 0

  constructor({ key, task, hosts }: Of<'hosts.started'>) {
    this.key = key
    this.task = task
    this.total = hosts
  }

  get isMany(): boolean {
    return this.total > few
  }

  get failed(): number {
    return this.failures.length
  }

  /** Hosts that are not begun. */
  get waiting(): number {
    return this.total - this.#begun
  }

  /** What those said that are done, or that failed; the answer of the most hosts first. */
  answers(end: 'done' | 'failed'): Answer[] {
    return [...this.#answers.values()]
      .filter(({ isDone }) => isDone === (end === 'done'))
      .sort((one, other) => other.hosts.length - one.hosts.length || one.place - other.place)
  }

  started({ key, host }: Of<'host.started'>): void {
    this.#begun += 1
    const place = this.#begun
    this.running.set(key, { host, since: performance.now(), said: new Excerpt(), place, last: '' })
  }

  output({ key, stream, line }: Of<'host.output'>): void {
    const running = this.running.get(key)
    if (!running) return
    running.last = line
    running.said.add(stream, line)
  }

  finished({ key, host, error }: Of<'host.finished'>): void {
    const running = this.running.get(key)
    if (!running) return
    this.running.delete(key)
    const { said, place } = running
    const isDone = error === undefined
    if (isDone) this.done += 1
    else this.failures.push({ name: host, message: error.message.split('\n', 1).join() })
    const identity = `${isDone} ${said.identity}`
    const answer = this.#answers.get(identity) ?? { hosts: [], said, isDone, place }
    this.#answers.set(identity, answer)
    answer.hosts.push(host)
    answer.place = Math.min(answer.place, place)
  }
}

/** The fans that are open, by their keys. */
export class Fans {
  readonly #open = new Map<string, Fan>()

  get open(): readonly Fan[] {
    return [...this.#open.values()]
  }

  /** The fan of a host's event. */
  of({ parent }: { readonly parent?: string }): Fan | undefined {
    return parent === undefined ? undefined : this.#open.get(parent)
  }

  /** Closes a fan, and gives it. */
  take(key: string): Fan | undefined {
    const fan = this.#open.get(key)
    this.#open.delete(key)
    return fan
  }

  event(event: Event): void {
    if (event.kind === 'hosts.started') this.#open.set(event.key, new Fan(event))
    else if (event.kind === 'host.started') this.of(event)?.started(event)
    else if (event.kind === 'host.output') this.of(event)?.output(event)
    else if (event.kind === 'host.finished') this.of(event)?.finished(event)
  }
}
