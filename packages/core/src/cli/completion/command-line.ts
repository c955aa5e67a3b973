import type { Argument, Command, Option } from 'commander'

/** What may stand in the place of a word, with what a shell says of it. */
export interface Candidate {
  readonly word: string
  readonly summary: string
}

/** The values of an option or an argument; undefined where it takes what the shell knows: a file. */
export type ValuesOf = (of: Option | Argument, typed: string) => Promise<readonly Candidate[] | undefined>

/**
 * What may stand in the place of the last one of the words behind `tasks`, as the structure of its commands has it.
 *
 * @returns undefined where the shell knows: files
 */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  valuesOf: ValuesOf,
): Promise<readonly Candidate[] | undefined> {
  const place = placeOf(program, words.slice(0, -1))
  const typed = words.at(-1) ?? ''
  if (place === undefined) return undefined
  const candidates = await candidatesAt(place, typed, valuesOf)
  return candidates?.filter(({ word }) => word.startsWith(typed))
}

/** Where words lead to. */
interface Place {
  readonly command: Command
  /** The option whose value comes next. */
  readonly option: Option | undefined
  /** How many arguments are there. */
  readonly arguments: number
  readonly given: ReadonlySet<Option>
}

/** Undefined behind two dashes. */
function placeOf(program: Command, words: readonly string[]): Place | undefined {
  let command = program
  let option: Option | undefined
  let count = 0
  const given = new Set<Option>()
  for (const word of words) {
    const isFlag = /^--?[^-]/.test(word)
    if (option && !(option.variadic && isFlag)) {
      if (!option.variadic) option = undefined
      continue
    }
    if (word === '--') return undefined
    if (isFlag) {
      const [flag = ''] = word.split('=')
      const known = optionOf(command, flag)
      if (known) given.add(known)
      option = known?.required && flag === word ? known : undefined
      continue
    }
    const next = count === 0 ? command.commands.find((each) => each.name() === word) : undefined
    command = next ?? command
    if (!next) count += 1
  }
  return { command, option, arguments: count, given }
}

async function candidatesAt(
  { command, option, arguments: count, given }: Place,
  typed: string,
  valuesOf: ValuesOf,
): Promise<readonly Candidate[] | undefined> {
  if (option && !(option.variadic && typed.startsWith('-'))) return valuesOf(option, typed)
  const [assigned, flag = '', value = ''] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? []
  if (assigned !== undefined) {
    const known = optionOf(command, flag)
    const values = known?.required ? await valuesOf(known, value) : []
    return values?.map(({ word, summary }) => ({ word: `${flag}=${word}`, summary }))
  }
  const flags = () => flagsOf(command, given)
  if (typed.startsWith('-')) return flags()
  const commands = count === 0 ? command.createHelp().visibleCommands(command) : []
  if (commands.length > 0) return commands.map((each) => ({ word: each.name(), summary: each.description() }))
  const argument = argumentAt(command, count)
  if (argument) return valuesOf(argument, typed)
  return typed === '' ? flags() : []
}

function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1)
  return registeredArguments[index] ?? (last?.variadic ? last : undefined)
}

const optionOf = ({ options }: Command, flag: string): Option | undefined =>
  options.find(({ long, short }) => flag === long || flag === short)

/** Those that help shows, and that are not given yet or may be given again. */
const flagsOf = (command: Command, given: ReadonlySet<Option>): Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !given.has(option) || option.variadic || option.parseArg !== undefined)
    .flatMap(({ long, description }) => (long ? [{ word: long, summary: description }] : []))
