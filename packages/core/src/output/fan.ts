import type { Event } from '../events/event.ts'
import type { HostReason } from '../remote/reasons.ts'
import { Excerpt } from './excerpt.ts'

type Of<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>

/** Up to so many hosts are told line by line, as they say it; more are unreadable in this way. */
const few = 3

/** Hosts that have said the same, and ended in the same way. */
export interface Answer {
  readonly hosts: string[]
  readonly said: Excerpt
  /** Why they failed; none: they are done. */
  readonly failures: HostReason[]
}

export interface RunningHost {
  readonly host: string
  readonly since: number
  readonly said: Excerpt
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
  readonly failed: string[] = []
  done = 0

  constructor({ key, task, hosts }: Of<'hosts.started'>) {
    this.key = key
    this.task = task
    this.total = hosts
  }

  get isMany(): boolean {
    return this.total > few
  }

  /** Hosts that were never begun, as far as is known. */
  get waiting(): number {
    return this.total - this.done - this.failed.length - this.running.size
  }

  /** What those said that are done, or that failed; the answer of the most hosts first. */
  answers(end: 'done' | 'failed'): Answer[] {
    const isDone = end === 'done'
    return [...this.#answers.values()]
      .filter(({ failures }) => (failures.length === 0) === isDone)
      .sort((one, other) => other.hosts.length - one.hosts.length)
  }

  started({ key, host }: Of<'host.started'>): void {
    this.running.set(key, { host, since: performance.now(), said: new Excerpt(), last: '' })
  }

  output({ key, stream, line }: Of<'host.output'>): void {
    const running = this.running.get(key)
    if (!running) return
    running.last = line
    running.said.add(stream, line)
  }

  finished({ key, host, error }: Of<'host.finished'>): void {
    const said = this.running.get(key)?.said ?? new Excerpt()
    this.running.delete(key)
    if (error) this.failed.push(host)
    else this.done += 1
    const identity = `${error ? 'failed' : 'done'} ${said.identity}`
    const answer = this.#answers.get(identity) ?? { hosts: [], said, failures: [] }
    this.#answers.set(identity, answer)
    answer.hosts.push(host)
    if (error) answer.failures.push({ name: host, message: error.message.split('\n', 1).join() })
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
