import { ViridianError } from '../error.ts'
import type { RunIdentity } from '../step/definition.ts'

/** What a person says when they are asked for leave; `nobody`: there is no terminal to ask at. */
export type Consent = 'yes' | 'no' | 'nobody'

export interface PermissionOptions {
  readonly identity: RunIdentity
  /** False where nothing real can be reached: then nobody is asked. */
  readonly isAsked: boolean
  readonly confirm: (question: string) => Promise<Consent>
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

  /** @throws ViridianError `E_DECLINED`, `E_NOT_CONFIRMED` */
  get(): Promise<void> {
    this.#given ??= this.#ask()
    return this.#given
  }

  /**
   * By a question that says more than the run's own, which is not asked then.
   *
   * @throws ViridianError `E_DECLINED`, `E_NOT_CONFIRMED`
   */
  async getBy(question: string): Promise<void> {
    await this.confirm(question)
    this.#given = this.#options.prepare()
    await this.#given
  }

  /** @throws ViridianError `E_DECLINED`, `E_NOT_CONFIRMED` */
  async confirm(question: string): Promise<'yes'> {
    const consent = await this.#options.confirm(question)
    if (consent === 'yes') return consent
    throw notConfirmed(`"${question}"`, consent, 'nothing was changed behind it')
  }

  async #ask(): Promise<void> {
    const { identity, isAsked, confirm, prepare } = this.#options
    const { task, stage } = identity
    const question = `Run "${task}" on stage "${stage}"? It changes real machines.`
    const consent = isAsked ? await confirm(question) : 'yes'
    if (consent !== 'yes') throw notConfirmed(`"${task}" on stage "${stage}"`, consent, 'nothing was changed')
    await prepare()
  }
}

const notConfirmed = (what: string, consent: 'no' | 'nobody', rest: string): ViridianError =>
  consent === 'no'
    ? new ViridianError('E_DECLINED', `${what} was not confirmed; ${rest}`, {
        hint: 'answer yes, or give --yes',
      })
    : new ViridianError(
        'E_NOT_CONFIRMED',
        `${what} could not be confirmed, as there is no terminal to ask at; ${rest}`,
        { hint: '--yes answers ahead' },
      )
