import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import pMap from 'p-map'
import { reasonOf, ViridianError } from '../error.ts'
import { historyOf, type RunHistory } from '../journal/history.ts'
import { FileJournal, readJournal, readJournalIf, type Salvage, salvageJournal } from '../journal/journal.ts'
import type { JournalRecord } from '../journal/record.ts'
import { stateHint } from '../journal/state-hint.ts'
import { suggestion } from '../nearest.ts'
import { isRunId } from './run-identity.ts'

/** There may be thousands, and a process may open few files at once. */
const readAtOnce = 8
/** What a run may spend on what it can do without. */
const mostGlancedAt = 100
const mostBytes = 4 * 1024 * 1024

/** The runs of a project, each a journal under `.tasks/runs/`. */
export class RunStore {
  readonly #directory: string

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, 'runs')
  }

  #file(run: string): string {
    if (isRunId(run)) return join(this.#directory, `${run}.jsonl`)
    throw unknownRun(run, [])
  }

  open(run: string): Promise<FileJournal> {
    return FileJournal.open(this.#file(run))
  }

  /** @throws ViridianError `E_RUN_UNKNOWN`, `E_JOURNAL_DAMAGED`, `E_JOURNAL_MISSING`, `E_STATE_READ` when it cannot be read */
  async read(run: string): Promise<JournalRecord[]> {
    return recordsOf(run, await this.#known(run))
  }

  /**
   * What can be read of a run's journal.
   *
   * @throws ViridianError `E_RUN_UNKNOWN`, `E_STATE_READ` when it cannot be read at all
   */
  async salvage(run: string): Promise<Salvage> {
    return salvageJournal(await this.#known(run))
  }

  async #known(run: string): Promise<string> {
    const file = this.#file(run)
    const runs = await this.#names()
    if (runs.includes(run)) return file
    throw unknownRun(run, runs)
  }

  /** The newest of all, whatever its journal is like. */
  async newestName(): Promise<string | undefined> {
    return (await this.#names()).sort().at(-1)
  }

  /** The runs whose journals can be read, the newest first, read one by one. */
  async *newest(): AsyncGenerator<RunHistory> {
    for (const run of (await this.#names()).sort().reverse()) {
      const history = await this.#history(run)
      if (history && !('error' in history)) yield history
    }
  }

  /**
   * The records of the newest run whose first and last one are as wanted, for whoever can do without: what is damaged, or
   * large, is passed over, and so is whatever lies far back. It never throws.
   */
  async glance(
    isWanted: (first: JournalRecord, last: JournalRecord) => boolean,
  ): Promise<JournalRecord[] | undefined> {
    const runs = await this.#names().catch(() => [])
    for (const run of runs.sort().reverse().slice(0, mostGlancedAt)) {
      try {
        const file = this.#file(run)
        const { size } = await stat(file)
        const records = size > mostBytes ? undefined : await readJournalIf(file, isWanted)
        if (records) return records
      } catch {
        // An older one may do as well.
      }
    }
    return undefined
  }

  /** Every run on record, the newest first; a journal that cannot be read stands as its error. */
  async list(): Promise<(RunHistory | { readonly run: string; readonly error: ViridianError })[]> {
    const runs = (await this.#names()).sort().reverse()
    const histories = await pMap(runs, (run) => this.#history(run), { concurrency: readAtOnce })
    return histories.filter((history) => history !== undefined)
  }

  async #history(run: string) {
    try {
      return historyOf(await recordsOf(run, this.#file(run)))
    } catch (error) {
      if (error instanceof ViridianError) return { run, error }
      throw error
    }
  }

  async #names(): Promise<string[]> {
    try {
      const files = await readdir(this.#directory)
      // A copy that somebody has put beside a journal is no run.
      return files
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => basename(file, '.jsonl'))
        .filter(isRunId)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw new ViridianError('E_STATE_READ', `cannot list the runs: ${reasonOf(error)}`, {
        place: { file: this.#directory },
        hint: stateHint(error),
      })
    }
  }
}

async function recordsOf(run: string, file: string): Promise<JournalRecord[]> {
  const records = await readJournal(file)
  const [started] = records
  if (started?.kind !== 'run.started' || started.run === run) return records
  throw new ViridianError('E_JOURNAL_DAMAGED', `the journal is that of run ${started.run}`, {
    place: { file },
    hint: 'nothing was done; it is a copy: put it elsewhere',
  })
}

const unknownRun = (run: string, runs: readonly string[]): ViridianError =>
  new ViridianError('E_RUN_UNKNOWN', `there is no run "${run}" on record`, {
    hint: suggestion(run, runs) ?? 'run "tasks runs" to see which there are',
  })
