import { ViridianError } from '../error.ts'
import type { RecordedVariable } from '../journal/record.ts'
import { digestOf, isDigestOf } from '../journal/secret-digest.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What says which account is meant, and is no secret; of all else a journal holds digests. */
const open =
  /^AWS_(?:(?:DEFAULT_)?(?:REGION|PROFILE)|ENDPOINT_URL\w*|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE)$/

/** What a process's environment says of the account that is meant. */
export const accountIn = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && open.test(name) ? [[name, value]] : [],
    ),
  )

/**
 * Refuses to go on with a run from a shell that means another account, or another region, than the one that it began in.
 *
 * @param ofStage - the variables that the stage sets in any case
 * @throws ViridianError `E_ACCOUNT_CHANGED`
 */
export function requireSameAccount(began: Environment, now: Environment, ofStage: Environment): void {
  const here = accountIn(now)
  const names = [...new Set([...Object.keys(began), ...Object.keys(here)])].sort()
  const other = names.filter((name) => began[name] !== here[name] && !(name in ofStage))
  if (other.length === 0) return
  const said = other.map(
    (name) => `${name} was ${began[name] ?? 'not set'} and is ${here[name] ?? 'not set'}`,
  )
  throw new ViridianError('E_ACCOUNT_CHANGED', `since the run began, ${said.join('; ')}`, {
    hint: `nothing was done; give the command again as the run began: ${other.map((name) => wayBack(name, began[name])).join(' ')}`,
  })
}

const wayBack = (name: string, value: string | undefined): string =>
  value === undefined ? `unset ${name};` : `export ${name}=${value};`

/** A stage's environment as a journal may hold it. */
export function recordedEnv(env: Readonly<Record<string, string>>): Record<string, RecordedVariable> {
  const entries = Object.entries(env)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, open.test(name) ? { value } : { digest: digestOf(value) }]),
  )
}

/**
 * The environment that was recorded, what it holds digests of taken from where it is still the same.
 *
 * @throws ViridianError `E_STAGE_ENV` when one of them is nowhere
 */
export function restoredEnv(
  recorded: Readonly<Record<string, RecordedVariable>>,
  sources: readonly Environment[],
  stage: string,
): Record<string, string> {
  const found = Object.entries(recorded).map(([name, variable]) => {
    if ('value' in variable) return [name, variable.value] as const
    const value = sources
      .map((source) => source[name])
      .find((each) => each !== undefined && isDigestOf(variable.digest, each))
    return [name, value] as const
  })
  const missing = found.filter(([, value]) => value === undefined).map(([name]) => name)
  if (missing.length > 0) {
    throw new ViridianError(
      'E_STAGE_ENV',
      `the run had ${missing.join(', ')} set by its stage "${stage}", to something else than here; no journal holds such values`,
      {
        hint: `set ${missing.length === 1 ? 'it' : 'them'} as the task file did then, and give the command again`,
      },
    )
  }
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
