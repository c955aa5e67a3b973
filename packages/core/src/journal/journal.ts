import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { type FileHandle, open, readFile, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { reasonOf, ViridianError } from '../error.ts'
import { formatOf, type JournalRecord, journalFormat, journalRecord, unknownKindOf } from './record.ts'
import { Reserve } from './reserve.ts'
import { stateHint } from './state-hint.ts'

const linesInATurn = 200

/** Where a run writes what it is about to do and what came of it. */
export interface Journal {
  /** Resolves once the record is on disk. Records appended side by side share one flush. */
  append(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

interface Waiting {
  readonly line: string
  resolve(): void
  reject(error: unknown): void
}

/** A journal as JSON lines, each with a checksum, private to the user. */
export class FileJournal implements Journal {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #reserve: Reserve
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #broken: ViridianError | undefined
  #isWhole = false

  private constructor(file: string, handle: FileHandle, reserve: Reserve) {
    this.#file = file
    this.#handle = handle
    this.#reserve = reserve
  }

  /** @throws ViridianError `E_JOURNAL_WRITE` when the directory or the file cannot be written */
  static async open(file: string): Promise<FileJournal> {
    try {
      const directory = dirname(file)
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      const isNew = !existsSync(file)
      const handle = await open(file, 'a', 0o600)
      if (isNew) await flushDirectory(directory)
      return new FileJournal(file, handle, await Reserve.beside(file))
    } catch (error) {
      throw unwritable(file, error)
    }
  }

  append(record: JournalRecord): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken)
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ line: lineOf(record), resolve, reject })
    })
    this.#writing ??= this.#drain()
    return written
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        // Not when it is opened: until the run's lock is taken, another process may be writing this very line.
        if (!this.#isWhole) await dropTornLine(this.#file)
        this.#isWhole = true
        await this.#handle.appendFile(batch.map(({ line }) => line).join(''))
        await this.#handle.datasync()
        for (const { resolve } of batch) resolve()
      } catch (error) {
        const failure = unwritable(this.#file, error)
        // What stops the run here has to be told, and so has what undoes it.
        if (isFull(error) && (await this.#reserve.giveBack())) this.#isWhole = false
        else this.#broken = failure
        for (const { reject } of batch) reject(failure)
      }
    }
    this.#writing = undefined
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#reserve.giveBack()
    await this.#handle.close()
  }
}

/** What a crash left half written is taken away, so that the next record begins a line of its own. */
async function dropTornLine(file: string): Promise<void> {
  const text = await readFile(file)
  const whole = text.lastIndexOf('\n') + 1
  if (whole < text.length) await truncate(file, whole)
}

/** Without this, a power cut can take the name of a new file whose lines are on disk. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(?:ENOSPC|EDQUOT)$/.test(String(error.code))

const unwritable = (file: string, cause: unknown): ViridianError =>
  new ViridianError('E_JOURNAL_WRITE', `cannot write the journal: ${reasonOf(cause)}`, {
    place: { file },
    cause,
    hint: `a run is only as safe as its journal: ${stateHint(cause)}`,
  })

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

function lineOf(record: JournalRecord): string {
  const text = JSON.stringify(record)
  return `${checksum(text)} ${text}\n`
}

/**
 * Reads a journal. A torn last line, which a crash leaves, is dropped.
 *
 * @throws ViridianError `E_JOURNAL_DAMAGED` with the line, `E_JOURNAL_MISSING`, `E_STATE_READ`
 */
export async function readJournal(file: string): Promise<JournalRecord[]> {
  return (await linesOf(file)).map((line, index) => parseLine(line, file, index + 1))
}

/**
 * Reads a journal while a run goes on, if its first and last record are as wanted; of others no more lines are read.
 *
 * @throws ViridianError as `readJournal` does
 */
export async function readJournalIf(
  file: string,
  isWanted: (first: JournalRecord, last: JournalRecord) => boolean,
): Promise<JournalRecord[] | undefined> {
  const lines = await linesOf(file)
  const first = lines[0]
  const last = lines.at(-1)
  if (first === undefined || last === undefined) return undefined
  if (!isWanted(parseLine(first, file, 1), parseLine(last, file, lines.length))) return undefined
  const records: JournalRecord[] = []
  for (const [index, line] of lines.entries()) {
    if (index % linesInATurn === 0) await turn()
    records.push(parseLine(line, file, index + 1))
  }
  return records
}

/** What of a journal can be read. */
export interface Salvage {
  readonly records: readonly JournalRecord[]
  /** Of each line that cannot. */
  readonly damages: readonly ViridianError[]
}

/**
 * Reads what can be read of a journal: enough to tell of its run, and not to go on with it.
 *
 * @throws ViridianError `E_JOURNAL_MISSING`, `E_STATE_READ`
 */
export async function salvageJournal(file: string): Promise<Salvage> {
  const records: JournalRecord[] = []
  const damages: ViridianError[] = []
  for (const [index, line] of (await linesOf(file)).entries()) {
    try {
      records.push(parseLine(line, file, index + 1))
    } catch (error) {
      if (!(error instanceof ViridianError)) throw error
      damages.push(error)
    }
  }
  return { records, damages }
}

async function linesOf(file: string): Promise<string[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
  // What stands behind the last newline is either nothing or torn.
  return text.split('\n').slice(0, -1)
}

function unreadable(file: string, error: unknown): ViridianError {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return new ViridianError('E_JOURNAL_MISSING', 'there is no journal of that run', {
      place: { file },
      hint: 'run "tasks runs" to see which runs there are',
    })
  const isMany = error instanceof Error && 'code' in error && /^E[MN]FILE$/.test(String(error.code))
  return new ViridianError('E_STATE_READ', `a journal cannot be read: ${reasonOf(error)}`, {
    place: { file },
    hint: isMany ? 'let more files be opened: ulimit -n 4096' : 'make it a file that you can read',
  })
}

function parseLine(line: string, file: string, number: number): JournalRecord {
  const damaged = (what: string): ViridianError =>
    new ViridianError('E_JOURNAL_DAMAGED', `the journal's line ${number} ${what}`, {
      place: { file, line: number },
      hint: 'nothing was done; what runs have left in the account is shown by: tasks gc --dry-run --older-than 0s',
    })
  const space = line.indexOf(' ')
  const text = line.slice(space + 1)
  if (checksum(text) !== line.slice(0, space)) throw damaged('does not match its checksum')
  const value: unknown = JSON.parse(text)
  const format = formatOf(value)
  if (format !== undefined && format !== journalFormat)
    throw damaged(`says that its format is ${format}; this version of Viridian reads format ${journalFormat}`)
  const kind = unknownKindOf(value)
  if (kind !== undefined)
    throw damaged(`is of a kind that this version does not know (${kind}): a newer one has written it`)
  const parsed = journalRecord.safeParse(value)
  if (!parsed.success)
    throw damaged(`is not a record that this version knows: ${parsed.error.issues[0]?.message}`)
  return parsed.data
}
