import { type Mask, masked } from '../events/mask.ts'
import { digestOf, isDigestOf } from '../journal/secret-digest.ts'
import { asJson } from '../step/performance.ts'
import { type ArgSpec, type ArgSpecs, detailsOf } from '../task/args.ts'

type Args = Readonly<Record<string, unknown>>

/** The secret ones of a task's arguments. */
export const secretsAmong = (specs: ArgSpecs): readonly (readonly [name: string, spec: ArgSpec])[] =>
  Object.entries(specs).filter(([, spec]) => detailsOf(spec).secret === true)

/** Masks the values of secret arguments wherever they turn up. */
export function maskSecrets(mask: Mask, specs: ArgSpecs, args: Args): void {
  for (const text of secretsAmong(specs).flatMap(([name]) => textsOf(args[name]))) mask.add(text)
}

const textsOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]

/** Arguments as a journal may hold them: of a secret one that is given a digest, which a resume compares. */
export function journaledArgs(specs: ArgSpecs, args: Args): Record<string, ReturnType<typeof asJson>> {
  const secrets = new Set(secretsAmong(specs).map(([name]) => name))
  const entries = Object.entries(args).map(([name, value]) => {
    const hidden = secrets.has(name) && value !== undefined
    return [name, hidden ? { digest: digestOf(textOf(value)) } : asJson(value)] as const
  })
  return Object.fromEntries(entries)
}

/** Arguments of a journal as a run may tell them: not even a digest, which can be guessed at, gets into somebody's logs. */
export const toldArgs = (args: Args): Args =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, isDigest(value) ? masked : value] as const),
  )

/** True when a journal's argument is the digest of this value. */
export const isRecordedSecret = (recorded: unknown, value: unknown): boolean =>
  isDigest(recorded) && isDigestOf(recorded.digest, textOf(value))

// No argument is an object by itself.
const isDigest = (recorded: unknown): recorded is { readonly digest: string } =>
  typeof recorded === 'object' &&
  recorded !== null &&
  'digest' in recorded &&
  typeof recorded.digest === 'string'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
