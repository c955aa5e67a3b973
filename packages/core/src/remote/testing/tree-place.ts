import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ViridianError } from '../../error.ts'
import type { Exchange } from '../files/exchange.ts'
import { LocalFiles } from '../files/local-files.ts'
import type { PutOptions, PutResult } from '../files/options.ts'
import { remoteFileError } from '../files/remote-file-error.ts'
import { Upload } from '../files/upload.ts'

export const isRoot = process.getuid?.() === 0
export const nobody = 65534

/** Which programs putting a tree takes of a host. */
export const needed =
  'cat chmod chown cmp cp find grep gzip ls mkdir mv printf readlink rm sed sh sha256sum sort tar wc xargs true'

const busybox = '/bin/busybox'

/** The shells that there are of those that treat users who are not root in ways of their own. */
export const plainShells = ['/bin/sh', busybox].filter(existsSync)

/** What a host may be like. */
export interface Machine {
  readonly shell?: string
  readonly path?: string
  readonly uid?: number
  /** A command that carries out the one behind it. */
  readonly by?: readonly string[]
  /** How many bytes of the archive do not come. */
  readonly lost?: number
  /** Shell commands before each command, which is given as its number. */
  readonly before?: (command: number) => string
}

/** A tree, and the place where it is put, on this machine, by shells, programs and users that hosts may have. */
export class TreePlace {
  place = ''
  commands = 0
  readonly #top = mkdtempSync(join(tmpdir(), 'viridian-tree-'))

  constructor() {
    chmodSync(this.#top, 0o711)
  }

  /** Makes both anew, with nothing in them. */
  renew(): void {
    this.place = mkdtempSync(join(this.#top, 'place-'))
    this.commands = 0
    mkdirSync(this.local())
    mkdirSync(this.there())
  }

  remove(): void {
    rmSync(this.#top, { recursive: true })
  }

  readonly local = (...names: string[]): string => join(this.place, 'tree', ...names)
  /** In the directory that the tree is put into. */
  readonly there = (...names: string[]): string => join(this.place, 'there', ...names)
  readonly target = (...names: string[]): string => this.there('tree', ...names)

  readonly put = (options: PutOptions = {}, on: Machine = {}): Promise<PutResult> =>
    this.putBy(this.machine(on), options)

  /** Puts a tree by a run of its own. */
  readonly putBy = (
    exchange: Exchange,
    options: PutOptions = {},
    tree = this.local(),
    target = this.target(),
  ): Promise<PutResult> =>
    new Upload(exchange, new LocalFiles(this.place), 'web-1', new AbortController().signal).put(
      tree,
      target,
      options,
    )

  readonly machine = (machine: Machine): Exchange => {
    const { shell = '/bin/sh', path = '/usr/sbin:/usr/bin:/sbin:/bin', uid, by = [], lost = 0 } = machine
    return async ({ command, input }) => {
      this.commands += 1
      const script = machine.before ? `{ ${machine.before(this.commands)}; } || exit; ${command}` : command
      const [program = '', ...words] = [...by, shell, '-c', script]
      const user = uid === undefined ? {} : { uid, gid: uid }
      const child = spawn(program, words, { cwd: this.place, env: { PATH: path, HOME: this.#top }, ...user })
      const archive = input ? await buffer(Readable.from(input.chunks())) : Buffer.alloc(0)
      const fed = pipeline(Readable.from([archive.subarray(0, archive.length - lost)]), child.stdin)
      const [answer, complaints] = await Promise.all([
        buffer(child.stdout),
        text(child.stderr),
        fed.catch(() => undefined),
      ])
      if (child.exitCode === null) await once(child, 'exit')
      if (child.exitCode === 0) return answer
      const what = `failed with ${child.exitCode}: ${complaints}`
      throw remoteFileError(new ViridianError('E_COMMAND_FAILED', what), input ? 'put' : 'get')
    }
  }

  /** A machine whose commands are carried out by a shell, under the name of `sh`, as if by `bash -e`. */
  readonly machineOf = (shell: string): Machine => {
    const isBusybox = shell === busybox
    const bin = isBusybox ? this.busybox() : this.programs({ sh: shell })
    return {
      shell: join(bin, 'sh'),
      path: isBusybox ? bin : `${bin}:/usr/bin:/bin`,
      before: () => 'set -e',
    }
  }

  /** A machine's user who is not root, whom programs treat in another way. */
  readonly plainUser = (shell: string = '/bin/sh'): Machine => {
    chmodSync(this.place, 0o755)
    if (isRoot) chownSync(this.there(), nobody, nobody)
    return { ...this.machineOf(shell), ...(isRoot && { uid: nobody }) }
  }

  /** A directory with programs of busybox's alone. */
  busybox(): string {
    return this.programs(Object.fromEntries(`${needed} stat`.split(' ').map((name) => [name, busybox])))
  }

  /** A directory with some programs: those of the system by their names, or files. */
  readonly programs = (programs: string | Readonly<Record<string, string>>): string => {
    const files =
      typeof programs === 'string'
        ? Object.fromEntries(programs.split(' ').map((name) => [name, programFile(name)]))
        : programs
    const bin = mkdtempSync(join(this.#top, 'bin-'))
    chmodSync(bin, 0o755)
    for (const [name, file] of Object.entries(files)) symlinkSync(file, join(bin, name))
    return bin
  }
}

const system = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']

export const programFile = (name: string): string =>
  system.map((directory) => join(directory, name)).find(existsSync) ?? `/usr/bin/${name}`

export function write(file: string, content: string, mode = 0o644): void {
  writeFileSync(file, content)
  chmodSync(file, mode)
}
