import type { ErrorPlace, ErrorReport } from '../error.ts'
import type { StepContext } from '../step/definition.ts'

/**
 * Something that runs rely on, and that `tasks doctor` looks at. It changes nothing.
 *
 * @example
 * ```ts
 * const vault: Check = {
 *   name: 'vault/seal',
 *   group: 'Vault',
 *   title: 'the seal of the vault',
 *   run: async (c) => {
 *     await c.environment()
 *     const { status } = await fetch(`${process.env.VAULT_ADDR}/v1/sys/health`, { signal: c.signal })
 *     return status === 503
 *       ? { verdict: 'problem', says: 'the vault is sealed', hint: 'vault operator unseal' }
 *       : { verdict: 'ok', says: 'unsealed' }
 *   },
 * }
 * ```
 */
export interface Check {
  /** Unique, `aws/caller`: of several of one name the first one counts, so that plugins may share one. */
  readonly name: string
  /** The heading that it stands under, and may share with others: `AWS account`. */
  readonly group: string
  /** What it looks at, as a sentence about its failure begins: `the credentials`. */
  readonly title: string
  /** How long it may take: milliseconds, or `30s`. @default 15s */
  readonly timeout?: number | string
  /** What it sees; nothing where there is nothing to say. What it throws is told as a problem. */
  run(c: CheckContext): Promise<Finding | readonly Finding[]>
}

/**
 * What a check is given: all that a step is, so that it may call the same services. `signal` is aborted at the end of its
 * time; `environment()` opens nothing, and rejects where only a run would: what needs the stage's account is then told as
 * not looked at.
 */
export interface CheckContext extends StepContext {
  /** Absolute path of the project's `.tasks/`. */
  readonly stateDirectory: string
  /** True when nothing on the stage can reach a real account. */
  readonly isRehearsal: boolean
  /** Has a text masked wherever it would be shown from now on. */
  secret(text: string): void
}

/** `ok`: as it should be; `warning`: a run may go well all the same; `problem`: a run will stumble over it. */
export type Verdict = 'ok' | 'warning' | 'problem'

/** One thing that a check has seen. */
export interface Finding {
  /** How good or bad it is. */
  readonly verdict: Verdict
  /** What was seen, in a few words: `calls go to https://ec2.eu-west-1.amazonaws.com`. */
  readonly says: string
  /** What to do about it: one sentence, or a command to type. */
  readonly hint?: string | undefined
  /** Where it was seen: a file and its line, a host, a call. */
  readonly place?: ErrorPlace | undefined
  /** What has failed, where something has: told with its code. */
  readonly error?: ErrorReport | undefined
}
