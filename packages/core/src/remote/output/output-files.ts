import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { ViridianError } from '../../error.ts'
import { anywhere, type Cuts } from './cuts.ts'

const gathered = 64 * 1024

export interface OutputFilesOptions {
  /** Made at the first need, for nobody else to read. */
  readonly directory: string
  readonly mask: (text: string) => string
  /** @default anywhere */
  readonly cuts?: Cuts
}

/** Where outputs go that are longer than what is kept of them: `web-1-1.log`, `local-2.log`. */
export class OutputFiles {
  readonly #options: OutputFilesOptions
  readonly #last = new Map<string, number>()

  constructor(options: OutputFilesOptions) {
    this.#options = options
  }

  /**
   * @param host - undefined: the command runs where `tasks` runs
   * @throws ViridianError `E_OUTPUT_FILE`
   */
  open(host = 'local'): OutputFile {
    const { directory } = this.#options
    const name = host.replaceAll(/[^\w.@:-]/g, '_')
    return onFile(directory, () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      for (let number = (this.#last.get(name) ?? 0) + 1; ; number += 1) {
        const path = join(directory, `${name}-${number}.log`)
        if (!isMade(path)) continue
        this.#last.set(name, number)
        return new OutputFile(path, this.#options)
      }
    })
  }
}

/** The whole output of a command as text, secrets masked, whole lines of both streams in the order of their coming. */
export class OutputFile {
  readonly path: string
  readonly #mask: (text: string) => string
  readonly #cuts: Cuts
  readonly #streams = { stdout: new Unwritten(), stderr: new Unwritten() }
  #text = ''

  constructor(path: string, { mask, cuts = anywhere }: Omit<OutputFilesOptions, 'directory'>) {
    this.path = path
    this.#mask = mask
    this.#cuts = cuts
  }

  /** @throws ViridianError `E_OUTPUT_FILE` */
  add(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    this.#text += this.#mask(this.#streams[stream].take(bytes, this.#cuts))
    if (this.#text.length >= gathered) this.#write()
  }

  /** @throws ViridianError `E_OUTPUT_FILE` */
  end(): void {
    for (const stream of Object.values(this.#streams)) this.#text += this.#mask(stream.rest())
    this.#write()
  }

  // Opened for each write: many hosts' files would be more descriptors than a process may hold. Whoever says so much has
  // to wait meanwhile.
  #write(): void {
    onFile(this.path, () => appendFileSync(this.path, this.#text))
    this.#text = ''
  }
}

/** What has come of a stream and is no whole line yet. */
class Unwritten {
  readonly #decoder = new StringDecoder('utf8')
  #text = ''

  take(bytes: Buffer, cuts: Cuts): string {
    this.#text += this.#decoder.write(bytes)
    const lineEnd = this.#text.lastIndexOf('\n') + 1
    const isLong = this.#text.length - lineEnd > gathered
    const at = isLong ? Math.max(lineEnd, cuts.last(this.#text)) : lineEnd
    const text = this.#text.slice(0, at)
    this.#text = this.#text.slice(at)
    return text
  }

  rest(): string {
    const text = this.#text + this.#decoder.end()
    this.#text = ''
    return text
  }
}

/** False: there is one already, of an earlier process of the run. */
function isMade(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function onFile<Value>(file: string, action: () => Value): Value {
  try {
    return action()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause
    throw new ViridianError('E_OUTPUT_FILE', `cannot keep a command's output in ${file}: ${why}`, {
      hint: 'is there room on the disk? a command that says less needs no file',
      place: { file },
      cause,
    })
  }
}
