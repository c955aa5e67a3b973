import { ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import { isRecordedSecret, secretsAmong } from '../run/secret-args.ts'
import { type ArgSpec, type ArgSpecs, detailsOf, flagOf, parseArgs } from '../task/args.ts'
import { askFirst } from './screen.ts'

type Given = Readonly<Record<string, unknown>>

/** What was given for a task's arguments, and for secret ones that have to be given what a person types. */
export async function withTypedSecrets(specs: ArgSpecs, given: Given): Promise<Given> {
  const typed: Record<string, unknown> = {}
  for (const [name, spec] of secretsAmong(specs)) {
    const { optional, default: fallback } = detailsOf(spec)
    if (optional || fallback !== undefined || given[name] !== undefined) continue
    const answer = await typedSecret(name, spec)
    if (answer !== undefined) typed[name] = answer
  }
  return { ...given, ...typed }
}

/**
 * The secret arguments that a run began with, which its journal holds digests of: from the first source that has the same
 * one, or from a person.
 *
 * @throws ViridianError `E_ARG_MISSING`, `E_ARG_CHANGED`
 */
export async function recalledSecrets(
  { task, run, args }: RunHistory['started'],
  specs: ArgSpecs,
  sources: readonly Given[],
): Promise<Given> {
  const recalled: Record<string, unknown> = {}
  for (const [name, spec] of secretsAmong(specs)) {
    const recorded = args[name] ?? null
    if (recorded === null) continue
    const isSame = (value: unknown): boolean =>
      isRecordedSecret(recorded, parseArgs(task, { [name]: spec }, { [name]: value })[name])
    const known = [...sources.map((source) => source[name]), detailsOf(spec).default].filter(
      (value) => value !== undefined,
    )
    const value = known.find(isSame) ?? (await typedSecret(name, spec))
    const flag = `--${flagOf(name)}`
    if (value === undefined && known.length === 0) {
      throw new ViridianError('E_ARG_MISSING', `${flag} is a secret, which no journal holds`, {
        hint: `give it again: tasks resume ${run} ${flag} …; "tasks rollback ${run}" needs none`,
      })
    }
    if (value === undefined || !isSame(value)) {
      throw new ViridianError('E_ARG_CHANGED', `${flag} is not what run ${run} began with`, {
        hint: `give it as it was then; "tasks rollback ${run}" needs none`,
      })
    }
    recalled[name] = value
  }
  return recalled
}

async function typedSecret(name: string, spec: ArgSpec): Promise<unknown> {
  const { type, description } = detailsOf(spec)
  const text = `--${flagOf(name)}${description === undefined ? '' : ` (${description})`}`
  const answer = await askFirst({ text, secret: true })
  if (answer === undefined || answer === '') return undefined
  return type === 'string[]' ? answer.split(/\s+/) : answer
}
