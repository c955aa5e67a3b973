import { chmodSync, linkSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ReadEntry, UnpackSync } from 'tar'
import { localFileError } from '../local-file-error.ts'

/**
 * A directory that comes as a tar archive. What the archive says is not trusted: nothing of it gets outside the
 * directory, or runs with the rights of somebody else. Links are made last, so that nothing can be written through them.
 */
export class Unpacking {
  readonly #directory: string
  readonly #unpack: UnpackSync
  /** Where they point, by path. */
  readonly #links = new Map<string, string>()
  /** Files that are one with another one: hard links. */
  readonly #names = new Map<string, string>()
  /** Permission bits, by path. */
  readonly #files = new Map<string, number>()
  readonly #directories = new Map<string, number>()
  readonly #leftOut: string[] = []
  #failure: Error | undefined

  /** @param mode - the directory's own permission bits */
  constructor(directory: string, mode: number) {
    this.#directory = directory
    mkdirSync(directory, { mode: 0o700 })
    this.#directories.set('', mode)
    this.#unpack = new UnpackSync({
      cwd: directory,
      preserveOwner: false,
      filter: (path, entry) => this.#isForNow(cleaned(path), entry as ReadEntry),
      // What the system refused comes as its error.
      onwarn: (_code, what, why) => {
        this.#failure ??= why instanceof Error && 'syscall' in why ? why : this.#unsound(what)
      },
    })
  }

  /** What is no file, directory or link: pipes, devices. */
  get leftOut(): readonly string[] {
    return this.#leftOut
  }

  take(chunk: Buffer): void {
    this.#unpack.write(chunk)
    if (this.#failure) throw this.#failure
  }

  async end(): Promise<void> {
    this.#unpack.end()
    if (this.#failure) throw this.#failure
    for (const [path, mode] of this.#files) chmodSync(join(this.#directory, path), mode)
    for (const [path, other] of this.#names) this.#name(path, other)
    for (const [path, target] of this.#links) symlinkSync(target, this.#placeOf(path))
    // What stands in a directory comes behind it.
    for (const [path, mode] of [...this.#directories].reverse()) chmodSync(join(this.#directory, path), mode)
  }

  close(): void {}

  #isForNow(path: string, entry: ReadEntry): boolean {
    const { type, linkpath = '', mode = 0 } = entry
    // What is no UTF-8 is read as U+FFFD: two names could become one.
    if (`${path}${linkpath}`.includes('\ufffd')) this.#failure ??= notUtf8(path)
    switch (type) {
      case 'SymbolicLink':
        this.#links.set(path, linkpath)
        return false
      case 'Link':
        this.#addName(path, cleaned(linkpath))
        return false
      case 'FIFO':
      case 'CharacterDevice':
      case 'BlockDevice':
        this.#leftOut.push(path)
        return false
      case 'Directory':
        this.#directories.set(path, mode & 0o777)
        break
      default:
        this.#files.set(path, mode & 0o777)
    }
    // Until all of it has come: a directory may be one that its owner may not write to.
    entry.mode = type === 'Directory' ? 0o700 : 0o600
    return true
  }

  #addName(path: string, other: string): void {
    const target = this.#links.get(other)
    if (target === undefined) this.#names.set(path, other)
    else this.#links.set(path, target)
  }

  #name(path: string, other: string): void {
    if (!this.#files.has(other)) throw this.#unsound(`it has no ${other}, which ${path} is to be one with`)
    linkSync(join(this.#directory, other), this.#placeOf(path))
  }

  /** Where a link is made, and not through another one. */
  #placeOf(path: string): string {
    const names = path.split('/')
    const isOutside =
      names.includes('..') || names.some((_, at) => at > 0 && this.#links.has(names.slice(0, at).join('/')))
    if (isOutside) throw this.#unsound(`the link ${path} stands outside of its directory`)
    const file = join(this.#directory, path)
    if (lstatSync(file, { throwIfNoEntry: false })) throw this.#unsound(`it holds ${path} twice`)
    mkdirSync(dirname(file), { recursive: true })
    return file
  }

  #unsound(what: string): Error {
    const hint = "nothing of it was kept: see what the host's tar is, and whether the host is to be trusted"
    return localFileError(this.#directory, `the archive that the host sent is not sound: ${what}`, hint)
  }
}

const cleaned = (path: string): string => path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')

const notUtf8 = (path: string): Error =>
  localFileError(
    path,
    `${path} on the host has a name, or leads to one, that is not UTF-8`,
    'rename it there',
  )
