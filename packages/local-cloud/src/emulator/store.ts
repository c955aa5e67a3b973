import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { dictionaries } from './dictionary.ts'

/** The records of an earlier cloud cannot be taken over. */
export class DamagedRecords extends Error {
  readonly file: string | undefined

  constructor(file: string | undefined, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DamagedRecords'
    this.file = file
  }
}

/**
 * The cloud's records. Each service owns one slice; a slice is plain JSON, so that the next cloud process finds
 * the fleet as the last one left it.
 */
export interface Store {
  /** Nothing was on record. */
  readonly isNew: boolean
  /** The slice called `name`, made by `initial` at the first use. The object is live: change it, then call `save`. */
  slice<Slice extends object>(name: string, initial: () => Slice): Slice
  /** Writes soon (calls within one turn are written once). */
  save(): void
  /** Writes now. */
  flush(): void
  /** Writes now, and never again: what still changes a slice comes too late. */
  close(): void
}

/**
 * A store in a JSON file (private to the user), or in memory alone when `file` is left out.
 *
 * @param owned - whether the file's directory is still ours; one that was removed, or is another's, is left alone
 * @param report - hears when the file cannot be written; that is tried again until it can
 */
export function openStore(
  file?: string,
  owned: () => boolean = () => true,
  report: (error: unknown) => void = console.error,
): Store {
  const found = file === undefined ? undefined : readSlices(file)
  const slices: Record<string, unknown> = found ?? {}
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  let scheduled = false
  let closed = false
  const flush = (): void => {
    scheduled = false
    if (file === undefined || closed) return
    if (owned() && existsSync(dirname(file))) {
      writeFileSync(`${file}.new`, JSON.stringify(slices), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    } else closed = true
  }
  /** What the callers have been told is done must not be lost to a disk that was full for a while. */
  const attempt = (isFirst: boolean): void => {
    if (!scheduled) return
    try {
      flush()
    } catch (error) {
      if (isFirst) report(error)
      scheduled = true
      setTimeout(() => attempt(false), retryMilliseconds).unref()
    }
  }
  return {
    isNew: found === undefined,
    slice<Slice extends object>(name: string, initial: () => Slice): Slice {
      slices[name] ??= dictionaries(JSON.stringify(initial()))
      // A slice is written by its own service alone, in the same version of this package.
      return slices[name] as Slice
    },
    save() {
      if (scheduled || closed) return
      scheduled = true
      setImmediate(() => attempt(true))
    },
    flush,
    close() {
      flush()
      closed = true
    },
  }
}

const retryMilliseconds = 200

function readSlices(file: string): Record<string, object> | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  let found: unknown
  try {
    found = dictionaries(text)
  } catch (cause) {
    throw new DamagedRecords(file, "the local cloud's records cannot be read", cause)
  }
  if (isSlices(found)) return found
  throw new DamagedRecords(file, "what stands there is not the local cloud's records")
}

/** What is in the slices is their services' own. */
const isSlices = (value: unknown): value is Record<string, object> =>
  isDictionary(value) && Object.values(value).every(isDictionary)

const isDictionary = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
