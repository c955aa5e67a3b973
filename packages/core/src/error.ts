import { inspect } from 'node:util'
import { isOwnFile } from './own-directory.ts'

/** Where an error belongs: a file position, a host, an AWS call. */
export interface ErrorPlace {
  /** A user's own file, as an absolute path. */
  readonly file?: string | undefined
  /** The line in it, from 1 on. */
  readonly line?: number | undefined
  /** The name of the host, as its role has it. */
  readonly host?: string | undefined
  /** `ec2:RunInstances`, with the request's id when AWS gave one. */
  readonly call?: string | undefined
  /** What AWS support asks for. */
  readonly requestId?: string | undefined
}

/** What a {@link ViridianError} tells besides its code and its message. */
export interface ErrorDetails {
  /** What the reader can do about it: one sentence, or a command. */
  readonly hint?: string
  /** Where it happened. */
  readonly place?: ErrorPlace | undefined
  /** What was thrown there. */
  readonly cause?: unknown
  /** True when what was asked for was refused for certain: nothing was changed, and nothing needs to be looked up. */
  readonly refused?: boolean
}

/**
 * The one class of errors that Viridian reports. The message says what happened and to whom, `hint` what to do,
 * `place` where, `cause` why.
 *
 * @example
 * ```ts
 * throw new ViridianError('E_ROLE_EMPTY', 'role "web" matched no hosts', {
 *   hint: 'run "tasks roles" to see what each role resolves to',
 * })
 * ```
 */
export class ViridianError extends Error {
  /** Stable, `E_…`: what scripts may match on. */
  readonly code: string
  /** What the reader can do about it. */
  readonly hint: string | undefined
  /** Where it happened. */
  readonly place: ErrorPlace | undefined
  /** True when nothing was changed for certain. */
  readonly refused: boolean

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ViridianError'
    this.code = code
    this.hint = details.hint
    this.place = details.place
    this.refused = details.refused ?? false
  }
}

/** An error as events and journals carry it. */
export interface ErrorReport {
  /** `E_…`. */
  readonly code: string
  /** What happened, and to whom. */
  readonly message: string
  /** What can be done about it. */
  readonly hint?: string | undefined
  /** Where it happened. */
  readonly place?: ErrorPlace | undefined
  /** The chain of causes, outermost first. */
  readonly causes?: readonly string[] | undefined
}

/**
 * Describes anything thrown as plain data; what is not a `ViridianError` gets the code `E_UNEXPECTED`.
 *
 * @example
 * ```ts
 * reportOf(new ViridianError('E_RELEASE_NAME', 'a release cannot be named nothing')).code // 'E_RELEASE_NAME'
 * reportOf('no').message // 'Error: no'
 * ```
 */
export function reportOf(thrown: unknown): ErrorReport {
  const error = thrown instanceof Error ? thrown : new Error(textOf(thrown))
  const causes = causesOf(error)
  const known = isViridianError(error) ? error : undefined
  // What is made here of something else has no place of its own.
  const place = known ? known.place : error === thrown ? placeInStack(error) : undefined
  return {
    code: known?.code ?? 'E_UNEXPECTED',
    message: known ? error.message : `${error.name}: ${error.message || 'it has no message'}`,
    ...(known?.hint !== undefined && { hint: known.hint }),
    ...(place !== undefined && { place }),
    ...(causes.length > 0 && { causes }),
  }
}

/** Why something failed, as it stands within a sentence. */
export const reasonOf = (thrown: unknown): string => reportOf(thrown).message.replace(/^Error: /, '')

const textOf = (thrown: unknown): string => (typeof thrown === 'string' ? thrown : inspect(thrown))

/**
 * True for a `ViridianError`, also one of another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   await fleets.describe(t, 'web')
 * } catch (error) {
 *   if (!isViridianError(error) || error.code !== 'E_GROUP_NOT_FOUND') throw error
 * }
 * ```
 */
export function isViridianError(thrown: unknown): thrown is ViridianError {
  return (
    thrown instanceof Error &&
    thrown.name === 'ViridianError' &&
    'code' in thrown &&
    typeof thrown.code === 'string'
  )
}

/** The line of a user's own file from which whoever asks was called. */
export const placeOfCaller = (): ErrorPlace | undefined => placeInStack(new Error('here'))

/** The innermost line of a user's own file; a stack itself is never shown. */
function placeInStack({ stack = '' }: Error): ErrorPlace | undefined {
  for (const frame of stack.split('\n')) {
    const [, file, line] = /\(?(?:file:\/\/)?(\/[^():]+):(\d+):\d+\)?$/.exec(frame) ?? []
    if (file === undefined || frame.includes('node:') || file.includes('/node_modules/') || isOwnFile(file))
      continue
    return { file, line: Number(line) }
  }
  return undefined
}

/** The chain of causes, of several failures in one each; what the message before it has told already is left out. */
function causesOf(error: Error, seen: readonly unknown[] = []): string[] {
  const failures: unknown[] = error instanceof AggregateError ? error.errors : []
  const causes = [...(error.cause === undefined ? [] : [error.cause]), ...failures]
  return causes.flatMap((cause) => {
    // One that comes round to itself would have no end.
    if (seen.includes(cause)) return []
    if (!(cause instanceof Error)) return [textOf(cause)]
    const text = isViridianError(cause) ? `${cause.code}: ${cause.message}` : cause.message
    return [...(error.message.includes(text) ? [] : [text]), ...causesOf(cause, [...seen, error])]
  })
}
