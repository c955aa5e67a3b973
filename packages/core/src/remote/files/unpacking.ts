import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ReadEntry, UnpackSync } from 'tar'

/**
 * A directory that comes as a tar archive. What the archive says is not trusted: nothing of it gets outside the
 * directory. Links are made last, so that nothing can be written through them.
 */
export class Unpacking {
  readonly #directory: string
  readonly #unpack: UnpackSync
  readonly #mode: number
  readonly #links = new Map<string, string>()
  #failure: Error | undefined

  /** @param mode - the directory's own permission bits */
  constructor(directory: string, mode: number) {
    this.#directory = directory
    this.#mode = mode
    mkdirSync(directory, { mode: 0o700 })
    this.#unpack = new UnpackSync({
      cwd: directory,
      preserveOwner: false,
      processUmask: 0,
      chmod: true,
      filter: (path, entry) => !this.#putOff(path, entry),
      onwarn: (_code, message) => {
        this.#failure ??= new Error(String(message))
      },
    })
  }

  take(chunk: Buffer): void {
    this.#unpack.write(chunk)
    if (this.#failure) throw this.#failure
  }

  async end(): Promise<void> {
    this.#unpack.end()
    if (this.#failure) throw this.#failure
    for (const path of this.#links.keys()) this.#link(path)
    chmodSync(this.#directory, this.#mode)
  }

  close(): void {}

  #putOff(path: string, entry: unknown): boolean {
    const { type, linkpath } = entry as ReadEntry
    if (type !== 'SymbolicLink') return false
    this.#links.set(cleaned(path), linkpath ?? '')
    return true
  }

  #link(path: string): void {
    const names = path.split('/')
    const isOutside =
      names.includes('..') || names.some((_, at) => at > 0 && this.#links.has(names.slice(0, at).join('/')))
    if (isOutside) throw new Error(`the link ${path} in the archive stands outside of its directory`)
    const file = join(this.#directory, path)
    mkdirSync(dirname(file), { recursive: true })
    symlinkSync(this.#links.get(path) ?? '', file)
  }
}

const cleaned = (path: string): string => path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
