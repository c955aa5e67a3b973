import { canonicalName, type NameService, systemNames } from './canonical.ts'
import { MatchCommands } from './commands.ts'
import type { Situation } from './criteria.ts'
import { type Document, refuseUnknown } from './document.ts'
import { readFiles } from './files.ts'
import { settingsOf } from './fill-in.ts'
import type { Place } from './line.ts'
import { type LocalSide, localSide } from './local-side.ts'
import type { Said } from './said.ts'
import type { SshSettings } from './settings.ts'
import { fill } from './template.ts'
import { refuseUnfitNames } from './valid-names.ts'

export interface SshConfigOptions {
  /** A file in place of the user's and the system's, as `ssh -F` has it; `false` or `none`: no file at all. */
  readonly config?: string | false
  /** Who connects. @default the user of this process */
  readonly local?: LocalSide
  /** Where canonical names are looked up. @default the system's name service */
  readonly names?: NameService
}

/** What is asked for; user and port count before everything that files say. */
export interface HostQuery {
  readonly host: string
  readonly user?: string
  readonly port?: number
}

/** The ssh_config files of a run: read once, asked about many hosts. */
export class SshConfig {
  readonly #config: string | false | undefined
  readonly #local: LocalSide
  readonly #names: NameService
  readonly #commands = new MatchCommands()
  #documents: Promise<readonly Document[]> | undefined

  constructor(options: SshConfigOptions = {}) {
    this.#config = options.config
    this.#local = options.local ?? localSide()
    this.#names = options.names ?? systemNames()
  }

  /**
   * What `ssh` would go by for this host.
   *
   * @throws ViridianError `E_HOST_INVALID`; `E_SSH_CONFIG` with file and line; `E_HOST_UNREACHABLE` for a name that exists nowhere, where
   * the files want it to
   */
  async resolve({ host: original, user, port }: HostQuery, signal?: AbortSignal): Promise<SshSettings> {
    refuseUnfitNames(original, user)
    this.#documents ??= readFiles(this.#config, this.#local)
    const documents = await this.#documents
    const asked: Said = { user, port }
    let said = await this.#pass(documents, asked, original, original, false, signal)
    const named = said.hostName === undefined ? original : fill(said.hostName, { h: original })
    const host = await canonicalName(named, said, this.#names)
    const isCanonicalized = (said.canonicalizeHostname ?? 'no') !== 'no'
    if (isCanonicalized || documents.some(({ wantsFinalPass }) => wantsFinalPass))
      said = await this.#pass(documents, said, original, host, true, signal)
    return settingsOf(said, original, host, this.#local)
  }

  /** Begins anew after each command that a criterion waits for: a pass costs little, and changes nothing but its own copy. */
  async #pass(
    documents: readonly Document[],
    before: Said,
    original: string,
    host: string,
    isFinal: boolean,
    signal: AbortSignal | undefined,
  ) {
    for (;;) {
      const said = { ...before }
      let missing: Promise<void> | undefined
      const succeeds = (command: string, place: Place): boolean | undefined => {
        const result = this.#commands.succeeded(command)
        if (result === undefined) missing = this.#commands.run(command, place, signal)
        return result
      }
      const situation = { said, local: this.#local, original, host, isFinal, succeeds }
      if (documents.every((document) => apply(document, situation))) return said
      await missing
    }
  }
}

/** Does what the lines say that hold for a host. False: a command must be run first. */
function apply({ blocks }: Document, situation: Situation): boolean {
  const { said } = situation
  for (const { criterion, parts, unknown } of blocks) {
    const holds = criterion === undefined || criterion(situation)
    if (holds === undefined) return false
    if (!holds) {
      for (const line of unknown) refuseUnknown(line, said.ignoreUnknown)
      continue
    }
    for (const part of parts) {
      if (typeof part === 'function') part(said)
      else if (!part.documents.every((document) => apply(document, situation))) return false
    }
  }
  return true
}
