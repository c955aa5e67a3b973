import { parseDuration } from '../duration.ts'
import { ViridianError } from '../error.ts'

/** What an argument may be: `duration` takes `90s`, `10m`, `1h` and gives milliseconds; `string[]` may be repeated. */
export type ArgType = (typeof argTypes)[number]

const argTypes = ['string', 'number', 'boolean', 'duration', 'string[]'] as const

/** What an argument is when it is not given; a duration as it is written. */
export type ArgDefault = string | number | boolean | readonly string[]

/** An argument with more to say than its type. */
export interface ArgDetails {
  /** What it takes, and what the task gets of it. */
  readonly type: ArgType
  /** One line for the task's `--help`. */
  readonly description?: string
  /** Used when the flag is not given; for a duration, in its written form. */
  readonly default?: ArgDefault
  /** May be left out without a default. */
  readonly optional?: boolean
  /** The only words that it takes. */
  readonly choices?: readonly string[]
  /** Masked in all output (unless it has fewer than four characters) and never journaled in clear; asked for at the terminal when it is not given. */
  readonly secret?: boolean
  /**
   * May be given anew to `tasks resume`: what is decided behind the commit, where the way is forward only. A step that is
   * done by then must not depend on it.
   *
   * @default false
   */
  readonly revisable?: boolean
}

/** An argument: its type alone, or all that there is to say of it. */
export type ArgSpec = ArgType | ArgDetails
/** A task's arguments by name, in camelCase: `keepBlue` is the flag `--keep-blue`. */
export type ArgSpecs = Readonly<Record<string, ArgSpec>>

interface ValueByType {
  string: string
  number: number
  boolean: boolean
  duration: number
  'string[]': readonly string[]
}

type TypeOf<Spec extends ArgSpec> = Spec extends ArgType
  ? Spec
  : Spec extends ArgDetails
    ? Spec['type']
    : never
type Given<Spec extends ArgSpec> = Spec extends { readonly choices: readonly (infer Choice extends string)[] }
  ? { string: Choice; 'string[]': readonly Choice[] } & Omit<ValueByType, 'string' | 'string[]'>
  : ValueByType
type ValueOf<Spec extends ArgSpec> =
  | Given<Spec>[TypeOf<Spec>]
  | (Spec extends { readonly optional: true }
      ? Spec extends { readonly default: ArgDefault }
        ? never
        : undefined
      : never)

/** Refuses what no argument can say, which an inferred type would let pass, in words that the compiler shows. */
export type KnownDetails<Specs extends ArgSpecs> = {
  // Where the specification as a whole is none, the compiler goes by its constraint.
  readonly [Name in keyof Specs]: ArgSpec extends Specs[Name]
    ? ArgSpec
    : Specs[Name] extends ArgDetails
      ? { readonly [Detail in keyof Specs[Name]]: DetailOf<Specs[Name], Detail> }
      : Specs[Name]
}

type DetailOf<Spec extends ArgDetails, Detail extends keyof Spec> = Detail extends keyof ArgDetails
  ? Detail extends 'default'
    ? DefaultOf<Spec>
    : Spec[Detail]
  : NoSuchDetail<Detail>

type DefaultOf<Spec extends ArgDetails> = Spec['default'] extends DefaultByType[Spec['type']] | undefined
  ? Spec['default']
  : NoDefaultFor<Spec['type']>

interface DefaultByType extends Omit<ValueByType, 'duration'> {
  duration: string | number
}

declare const refused: unique symbol

// No value is of these types. Interfaces, since a literal would make `never`, without a word, of the whole specification.
interface NoSuchDetail<Name> {
  readonly [refused]: Name
}

interface NoDefaultFor<Type extends ArgType> {
  readonly [refused]: Type
}

/** The values of a task's arguments, typed from their specification. */
export type ArgValues<Specs extends ArgSpecs> = { readonly [Name in keyof Specs]: ValueOf<Specs[Name]> }

export type ArgValue = string | number | boolean | readonly string[] | undefined

export const detailsOf = (spec: ArgSpec): ArgDetails => (typeof spec === 'string' ? { type: spec } : spec)

/** `keepBlue` → `keep-blue`. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

// What every command takes (src/cli/globals.ts), and commander's own.
const taken = ['config', 'stage', 'json', 'verbose', 'quiet', 'yes', 'color', 'help']

// What every task takes besides its arguments (src/cli/task-command.ts).
const takenByTasks = ['detach', 'role', 'hosts', 'limit', 'except', 'failed']

/** Why a declared argument cannot be a flag; undefined when it can. */
export function argProblem(name: string, spec: ArgSpec): string | undefined {
  const { type, secret, revisable } = detailsOf(spec)
  if (!argTypes.includes(type)) return `"${type}" is not a type; there are ${argTypes.join(', ')}`
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return 'a name is letters and digits, in camelCase'
  if (secret && (type === 'boolean' || type === 'duration')) return `a ${type} cannot be kept secret`
  if (secret && revisable) return 'a secret is given to a resume as it was, and cannot be revisable'
  if (name in {}) return 'every object has a member of this name: give it another one'
  if (taken.includes(name)) return `--${flagOf(name)} is a flag of every command`
  if (takenByTasks.includes(name)) return `--${flagOf(name)} is a flag of every task: give it another name`
  if (/^no[A-Z]/.test(name))
    return 'name what it switches on, and make that its default: --no-… switches it off'
  return undefined
}

/** The arguments that a resume may give another value. */
export const revisableAmong = (specs: ArgSpecs): readonly (readonly [name: string, spec: ArgSpec])[] =>
  Object.entries(specs).filter(([, spec]) => detailsOf(spec).revisable === true)

/** Those of the values that are of these arguments. */
export const ofArgs = (
  specs: ArgSpecs,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name in specs))

/**
 * Checks and converts what was given for a task's arguments; what is absent takes its default.
 *
 * @param command - the one that takes them as flags. @default `tasks run` of the task
 * @throws ViridianError `E_ARG_MISSING`, `E_ARG_INVALID`
 */
export function parseArgs<Specs extends ArgSpecs>(
  task: string,
  specs: Specs,
  given: Readonly<Record<string, unknown>>,
  command = `tasks run ${task}`,
): ArgValues<Specs> {
  const entries = Object.entries(specs).map(([name, spec]) => {
    const details = detailsOf(spec)
    const value = given[name] ?? details.default ?? (details.type === 'boolean' ? false : undefined)
    // As a script gives it whose variable is not set.
    if (value === '' && details.default === undefined && !details.optional)
      throw new ViridianError(
        'E_ARG_MISSING',
        `task "${task}" needs --${flagOf(name)}, and was given an empty one`,
        {
          hint: 'is the variable set that it comes from? What may be empty says "optional: true" in the task file',
        },
      )
    if (value !== undefined) return [name, convert(command, name, details, value)] as const
    if (details.optional) return [name, undefined] as const
    throw new ViridianError('E_ARG_MISSING', `task "${task}" needs --${flagOf(name)}`, {
      hint: `run "${command} --help" to see its flags`,
    })
  })
  // Each argument was converted to its declared type above, or the call has thrown.
  return Object.fromEntries(entries) as ArgValues<Specs>
}

function convert(command: string, name: string, details: ArgDetails, value: unknown): ArgValue {
  const refuse = (expected: string, given: unknown = value): never => {
    const shown = details.secret ? 'the value given' : JSON.stringify(given)
    throw new ViridianError('E_ARG_INVALID', `--${flagOf(name)}: ${shown} is not ${expected}`, {
      hint: `run "${command} --help" to see its flags`,
    })
  }
  const { choices } = details
  const given: unknown[] = Array.isArray(value) ? value : [value]
  const stranger = choices && given.find((item) => !choices.includes(String(item)))
  if (stranger !== undefined) refuse(`one of ${choices?.join(', ')}`, stranger)
  switch (details.type) {
    case 'string':
      return typeof value === 'string' ? value : refuse('text')
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse('a switch')
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof number === 'number' && Number.isFinite(number) ? number : refuse('a number')
    }
    case 'duration':
      return typeof value === 'string' || typeof value === 'number'
        ? parseDuration(value, `--${flagOf(name)}`)
        : refuse('a duration')
    case 'string[]':
      return given.every((item): item is string => typeof item === 'string')
        ? given
        : refuse('a list of words')
  }
}
