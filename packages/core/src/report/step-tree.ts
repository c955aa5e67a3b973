import type { JournalRecord, RecordOf } from '../journal/record.ts'
import type { ReportedGroup, ReportedNode, ReportedStep } from './reported-step.ts'

type Open<Part> = { -readonly [Member in keyof Part]: Part[Member] }

interface OpenGroup extends Open<Omit<ReportedGroup, 'steps'>> {
  readonly steps: ReportedNode[]
}

/** Folds records into the steps of a run, each in what it stands in, in the order of their beginnings. */
export class StepTree {
  readonly roots: ReportedNode[] = []
  readonly #groups = new Map<string, OpenGroup>()
  readonly #titles = new Map<string, string>()
  readonly #steps = new Map<string, Open<ReportedStep>>()
  /** By which processes each was had in hand. */
  readonly #tries = new Map<string, Set<number>>()
  #process = 0
  #resumed = ''

  add(record: JournalRecord): void {
    switch (record.kind) {
      case 'run.resumed':
        this.#process += 1
        this.#resumed = record.at
        break
      case 'task.hosts':
        this.#group(record.key).hosts = record.hosts.map(({ name }) => name)
        break
      case 'step.intended':
        for (const { key, title } of record.within ?? []) this.#name(key, title)
        // What it is for is said by what stands around it.
        if (record.type !== 'fact') this.#begin(record)
        break
      case 'step.done':
        this.#end(record, {
          state: 'done',
          error: null,
          found: record.found ?? false,
          makes: record.makes ?? [],
        })
        break
      case 'step.failed':
        this.#end(record, { state: 'failed', error: record.error })
        break
      case 'step.undone':
        this.#undo(record, { state: 'undone', note: record.note ?? null, error: null })
        break
      case 'undo.failed':
        this.#undo(record, { state: 'failed', note: null, error: record.error })
        break
    }
  }

  #name(key: string, title: string): void {
    this.#titles.set(key, title)
    const group = this.#groups.get(key)
    if (group) group.title = title
  }

  #begin({ key, type, title, at }: RecordOf<'step.intended'>): void {
    this.#try(key)
    if (this.#steps.has(key)) return
    const outcome = { state: 'open', found: false, ended: null, ms: null, tries: 1, error: null } as const
    const step: Open<ReportedStep> = { key, type, title, at, ...outcome, makes: [], undo: null }
    this.#steps.set(key, step)
    this.#around(key).push(step)
  }

  #end(
    { key, at: ended }: { readonly key: string; readonly at: string },
    outcome: Partial<ReportedStep>,
  ): void {
    const tries = this.#try(key)
    const step = this.#steps.get(key)
    if (!step) return
    const since = tries > 1 && this.#resumed > step.at ? this.#resumed : step.at
    Object.assign(step, { ...outcome, ended, tries, ms: Date.parse(ended) - Date.parse(since) })
  }

  #try(key: string): number {
    const tries = (this.#tries.get(key) ?? new Set()).add(this.#process)
    this.#tries.set(key, tries)
    return tries.size
  }

  #undo(
    { key, at }: { readonly key: string; readonly at: string },
    outcome: Omit<NonNullable<ReportedStep['undo']>, 'at'>,
  ): void {
    const step = this.#steps.get(key)
    if (step) step.undo = { at, ...outcome }
  }

  /** Where a step or a group of this key belongs. */
  #around(key: string): ReportedNode[] {
    const above = groupsAround(key, [...this.#titles.keys(), ...this.#groups.keys()]).at(-1)
    return above === undefined ? this.roots : this.#group(above).steps
  }

  #group(key: string): OpenGroup {
    const known = this.#groups.get(key)
    if (known) return known
    const group = { key, title: this.#titles.get(key) ?? nameOf(key), hosts: null, steps: [] }
    this.#around(key).push(group)
    this.#groups.set(key, group)
    return group
  }
}

/** As the journal tells of them, or else, in one of an earlier version, as the key itself does; the outermost first. */
function groupsAround(key: string, told: readonly string[]): string[] {
  const ends = [...key.matchAll(/#\d+(?=\/)/g)].map(({ 0: text, index }) => key.slice(0, index + text.length))
  const known = told.filter((group) => key.startsWith(`${group}/`))
  return [...new Set([...ends, ...known])].sort((one, other) => one.length - other.length)
}

/** `/deploy#0/attach#1` → `attach`. */
const nameOf = (key: string): string => key.replace(/^.*#\d+\/|^\//, '').replace(/#\d+$/, '')
