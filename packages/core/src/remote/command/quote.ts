import { placeOfCaller, ViridianError } from '../../error.ts'
import type { CommandValue } from './run-command.ts'
import { ShellScanner, type Surroundings } from './shell-scanner.ts'

const plain = /^[A-Za-z0-9_./:@%+,-]+$/
const reserved = /^(?:if|then|elif|else|fi|for|in|do|done|case|esac|while|until|function|select|time|coproc)$/
// NUL, and halves of characters that no encoding has.
const unsendable = /[\0\uD800-\uDFFF]/u

/**
 * One word for a POSIX shell: comes back from the shell as it is, whatever is in it.
 *
 * @throws ViridianError `E_COMMAND_VALUE` for what no word can hold: NUL, half a character
 */
export function quote(word: string): string {
  // Callers in JavaScript are not held to the type.
  if (typeof word !== 'string' || unsendable.test(word)) {
    const what =
      typeof word === 'string'
        ? `${JSON.stringify(word)} holds a character that no`
        : `${word} is no text for a`
    throw new ViridianError('E_COMMAND_VALUE', `${what} command`, {
      hint: 'see the context of the command: its directory, variables and user',
    })
  }
  if (plain.test(word) && !reserved.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** A path as one word: a leading `~/` is left for the shell to expand, a leading dash cannot be taken for an option. */
export function quotePath(path: string): string {
  if (path.startsWith('-')) return quote(`./${path}`)
  if (path === '~' || path === '~/') return '~'
  if (path.startsWith('~/')) return `~/${quote(path.slice(2))}`
  return quote(path)
}

const startsAnywhere = /^(?:\/|~(?:\/|$)|\.\.?(?:\/|$))/

/** A directory as one word for `cd`: a relative one is looked for nowhere else, whatever the login's CDPATH says. */
export const quoteDirectory = (path: string): string =>
  startsAnywhere.test(path) ? quotePath(path) : quote(`./${path}`)

/**
 * The command line of a template: each value quoted as one word, an array as one word an element.
 *
 * @throws ViridianError `E_COMMAND_VALUE` for a value that is no word, or that stands where quoting cannot protect it;
 * `E_COMMAND_TEMPLATE` for a command that is no template
 */
export function commandLine(strings: TemplateStringsArray, values: readonly CommandValue[]): string {
  // Callers in JavaScript are not held to the type.
  if (!Array.isArray(strings) || !('raw' in strings)) throw notATemplate(strings)
  const scanner = new ShellScanner()
  let line = ''
  for (const [index, literal] of strings.entries()) {
    // Undefined in spite of its type: an escape that JavaScript does not know.
    if (literal === undefined) throw refused(index, 'follows an unknown escape', 'write \\\\ for a backslash')
    if (unsendable.test(literal)) throw unsendableTemplate(literal)
    line += literal
    scanner.read(literal)
    if (index === values.length) break
    refuseSurroundings(index, scanner.surroundings)
    const beforeRedirection = /^[<>]/.test(strings[index + 1] ?? '')
    line += wordsOf(values[index], index)
      .map(beforeRedirection ? alwaysQuote : quote)
      .join(' ')
    scanner.readWord()
  }
  return line
}

/** A command line that is quoted already, as a template that holds it unchanged. */
export const quoted = (line: string): TemplateStringsArray => Object.assign([line], { raw: [line] })

const notATemplate = (given: unknown): ViridianError =>
  new ViridianError(
    'E_COMMAND_TEMPLATE',
    `a command is a template literal, and not ${Array.isArray(given) ? 'an array' : nameOf(given)}`,
    {
      hint: 'write host.run`uptime`, without parentheses; values in it are quoted',
      place: placeOfCaller(),
    },
  )

// A server ends the whole connection for a command that holds a NUL.
function unsendableTemplate(literal: string): ViridianError {
  const [what, hint] = literal.includes('\0')
    ? ['a NUL character', 'to JavaScript \\0 is one: write \\\\0 for what the shell is to see as \\0']
    : ['half of a character', 'cut texts between characters']
  const message = `the command ${JSON.stringify(literal)} holds ${what}`
  return new ViridianError('E_COMMAND_TEMPLATE', message, { hint, place: placeOfCaller() })
}

// A bare number before < or > would be read as a file descriptor.
function alwaysQuote(word: string): string {
  return /^\d+$/.test(word) ? `'${word}'` : quote(word)
}

function wordsOf(value: unknown, index: number): string[] {
  if (Array.isArray(value)) return value.map((element) => wordOf(element, index))
  return [wordOf(value, index)]
}

function wordOf(value: unknown, index: number): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw refused(index, `is ${value}`, notAWord)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') throw refused(index, `is ${nameOf(value)}`, notAWord)
  if (value.includes('\0')) throw refused(index, 'holds a NUL character', 'no command can be given one')
  if (unsendable.test(value)) throw refused(index, 'holds half a character', 'cut texts between characters')
  return value
}

const notAWord = 'give a string, a number, a boolean, or an array of strings and numbers'

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  return Array.isArray(value) ? 'an array in an array' : `a value of type ${typeof value}`
}

function refuseSurroundings(index: number, surroundings: Surroundings): void {
  if (surroundings === 'free') return
  const [what, hint] = reasons[surroundings]
  throw refused(index, what, hint)
}

const reasons: Record<Exclude<Surroundings, 'free'>, readonly [what: string, hint: string]> = {
  quoted: ['stands inside quotes', 'leave the quotes out: a value is quoted by itself, and as a whole'],
  escaped: ['stands after a backslash', 'leave the backslash out: a value is quoted by itself'],
  comment: ['stands in a comment', 'leave the comment out'],
  'here-document': ['stands in a here-document', 'give the text as the option stdin'],
}

function refused(index: number, what: string, hint: string): ViridianError {
  return new ViridianError('E_COMMAND_VALUE', `value ${index + 1} of the command ${what}`, { hint })
}
