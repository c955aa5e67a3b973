import type { JournalRecord } from './record.ts'

interface Span {
  readonly from: number
  to?: number
}

/** How long a run took, and each of its steps, moves, tasks and hosts, in milliseconds, as its journal tells. */
export class TimesTaken {
  /** The run from its beginning to its end; undefined where more than one process had it in hand. */
  readonly whole: number | undefined
  readonly #began: number
  readonly #spans = new Map<string, Span>()
  /** What each host of a task took, by the key of the task. */
  readonly #hosts = new Map<string, number[]>()

  constructor(records: readonly JournalRecord[]) {
    const resumed = records.findIndex(({ kind }) => kind === 'run.resumed')
    // Behind it nobody knows how long a process was missing.
    const measured = resumed < 0 ? records : records.slice(0, resumed)
    this.#began = Date.parse(records[0]?.at ?? '')
    for (const record of measured) this.#add(record)
    const last = records.at(-1)
    this.whole = resumed < 0 && last?.kind === 'run.finished' ? Date.parse(last.at) - this.#began : undefined
  }

  /** What a step, a move or a task of this key took; of a host that it was not on, the median of the hosts. */
  of(key: string): number | undefined {
    const { from, to } = this.#spans.get(key) ?? {}
    if (from !== undefined && to !== undefined) return to - from
    const hosts = this.#hosts.get(parentOf(key))
    return hosts?.toSorted((one, other) => one - other)[Math.floor(hosts.length / 2)]
  }

  /** How far into the run it had ended. */
  endOf(key: string): number | undefined {
    const to = this.#spans.get(key)?.to
    return to === undefined ? undefined : to - this.#began
  }

  #add(record: JournalRecord): void {
    const at = Date.parse(record.at)
    if (record.kind === 'task.hosts') {
      this.#begin(record.key, at)
      this.#hosts.set(record.key, [])
    } else if (record.kind === 'step.done') this.#end(record.key, at)
    else if (record.kind === 'step.intended') {
      for (const { key } of record.within ?? []) this.#begin(key, at)
      this.#begin(record.key, at)
    }
  }

  #begin(key: string, from: number): void {
    if (!this.#spans.has(key)) this.#spans.set(key, { from })
  }

  /** Of a move or a task, the last step within it is its end. */
  #end(key: string, at: number): void {
    for (let within = key; within !== ''; within = parentOf(within)) {
      const span = this.#spans.get(within)
      if (span) span.to = at
    }
    const from = this.#spans.get(key)?.from
    if (from !== undefined) this.#hosts.get(parentOf(key))?.push(at - from)
  }
}

const parentOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf('/')))
