import { ViridianError } from '../error.ts'
import type { RunIdentity } from '../step/definition.ts'

export interface PermissionOptions {
  readonly identity: RunIdentity
  /** False where nothing real can be reached: then nobody is asked. */
  readonly isAsked: boolean
  /** Asks a person; true: yes. */
  readonly confirm: (question: string) => Promise<boolean>
  /** Prepares the stage for the first change. */
  readonly prepare: () => Promise<void>
}

/** A person's leave to change something, asked for once a run and before its first change. */
export class Permission {
  readonly #options: PermissionOptions
  #given: Promise<void> | undefined

  constructor(options: PermissionOptions) {
    this.#options = options
  }

  /** What another one was given counts here too. */
  share(other: Permission): void {
    this.#given = other.#given
  }

  /** @throws ViridianError `E_NOT_CONFIRMED` */
  get(): Promise<void> {
    this.#given ??= this.#ask()
    return this.#given
  }

  /**
   * By a question that says more than the run's own, which is not asked then.
   *
   * @throws ViridianError `E_NOT_CONFIRMED`
   */
  async getBy(question: string): Promise<void> {
    await this.confirm(question)
    this.#given = this.#options.prepare()
    await this.#given
  }

  /** @throws ViridianError `E_NOT_CONFIRMED` */
  async confirm(question: string): Promise<'yes'> {
    if (await this.#options.confirm(question)) return 'yes'
    throw notConfirmed(`the answer to "${question}" was no; nothing was changed behind it`)
  }

  async #ask(): Promise<void> {
    const { identity, isAsked, confirm, prepare } = this.#options
    const { task, stage } = identity
    if (isAsked && !(await confirm(`Run "${task}" on stage "${stage}"? It changes real machines.`)))
      throw notConfirmed(`"${task}" was not confirmed for stage "${stage}"; nothing was changed`)
    await prepare()
  }
}

const notConfirmed = (message: string): ViridianError =>
  new ViridianError('E_NOT_CONFIRMED', message, { hint: 'answer yes, or give --yes' })
