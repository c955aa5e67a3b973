import { historyOf, type RunHistory } from '../journal/history.ts'
import type { Journal } from '../journal/journal.ts'
import type { JournalRecord } from '../journal/record.ts'

/** A journal with what it holds at hand. */
export class Ledger {
  readonly #journal: Journal | undefined
  #records: JournalRecord[]

  /** Without a journal (a plan has none) nothing is written. */
  constructor(journal: Journal | undefined, records: readonly JournalRecord[] = []) {
    this.#journal = journal
    this.#records = [...records]
  }

  async append(record: JournalRecord): Promise<void> {
    await this.#journal?.append(record)
    this.#records.push(record)
  }

  /** Another process has written since. */
  reread(records: readonly JournalRecord[]): void {
    this.#records = [...records]
  }

  history(): RunHistory | undefined {
    return historyOf(this.#records)
  }
}
