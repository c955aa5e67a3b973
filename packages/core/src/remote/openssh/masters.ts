import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timing } from '../ssh/handshake.ts'
import type { Target } from '../ssh/target.ts'
import type { SshDefaults } from '../transport.ts'
import { masterArguments } from './arguments.ts'
import { givenKeys } from './given-keys.ts'
import { Master } from './master.ts'
import type { Dialogue } from './questions.ts'
import { Reaper } from './reaper.ts'

export interface MastersOptions {
  readonly timing: Timing
  readonly note: (text: string) => void
  readonly learnsHostKeys: boolean
}

export interface MasterOrder {
  readonly target: Target
  readonly defaults: SshDefaults
  /** Control socket of the master that it is reached through. */
  readonly via: string | undefined
  /** Answers its questions; undefined: there is nobody. */
  readonly dialogue: Dialogue | undefined
}

/** The masters of a run, and the private directory of their sockets. */
export class Masters {
  readonly #options: MastersOptions
  readonly #running = new Set<Master>()
  #reaper: Promise<Reaper> | undefined
  #count = 0

  constructor(options: MastersOptions) {
    this.#options = options
  }

  async start({ target, defaults, via, dialogue }: MasterOrder): Promise<Master> {
    this.#reaper ??= Reaper.start()
    const reaper = await this.#reaper
    this.#count += 1
    const control = join(reaper.directory, String(this.#count))
    const given = target.hostKeys && { ...givenKeys(target, target.hostKeys), file: `${control}.keys` }
    if (given) await writeFile(given.file, given.lines.map((line) => `${line}\n`).join(''))
    const { timing, note, learnsHostKeys } = this.#options
    const { serverAliveInterval, serverAliveCountMax } = target.settings
    const args = masterArguments({
      target,
      defaults,
      control,
      via,
      isAlone: dialogue === undefined,
      learnsHostKeys,
      ...(given && { given }),
      alive: {
        interval: serverAliveInterval ?? Math.ceil(timing.keepaliveInterval / 1_000),
        count: serverAliveCountMax ?? timing.keepaliveCount,
      },
    })
    const answer = async (prompt: string): Promise<string | undefined> => dialogue?.answer(prompt)
    const master = new Master({ args, control, reaper, note, answer })
    this.#running.add(master)
    void master.ended.then(() => this.#running.delete(master))
    return master
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((master) => master.end()))
    const reaper = this.#reaper
    this.#reaper = undefined
    await (await reaper)?.close()
  }
}
