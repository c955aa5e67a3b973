/** A part of a regular expression, and how long what it matches may be. */
interface Spelling {
  readonly source: string
  readonly longest: number
}

/** All ways in which one text may be written. */
export interface Spellings extends Spelling {
  /** What stands in each of them, as it is. */
  readonly anchor: string
}

/** What every encoding and every quoting leaves as it is. */
const plain = /^[\w.-]$/
const named: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
const escaped: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' }

/**
 * A text, however its characters may be written: in a URL or a form, in JSON (also within JSON), as a word or in quotes for
 * a shell, in HTML or XML.
 *
 * @param also - other characters that may stand for one
 */
export function spelled(text: string, also: Readonly<Record<string, string>> = {}): Spellings {
  // Backslashes in a row are one part: how many of those in a text stand for which of them, nobody can tell.
  const parts = text.match(/\\+|[^\\]/gu) ?? []
  const ways = parts.map((part) => (plain.test(part) ? literal(part) : oneOf(waysOf(part, also[part]))))
  return { ...joined(ways), anchor: longestOf(text.match(/[\w.-]+/g)) }
}

/** Hexadecimal digits, their letters large or small. */
export const spelledHexadecimal = (digits: string): Spellings => ({
  ...hexadecimal(digits),
  anchor: longestOf(digits.match(/\d+/g)),
})

const longestOf = (runs: readonly string[] | null): string =>
  (runs ?? []).reduce((longest, run) => (run.length > longest.length ? run : longest), '')

const literal = (text: string): Spelling => ({
  source: text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
  longest: text.length,
})

const hexadecimal = (digits: string): Spelling => ({
  source: digits.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`),
  longest: digits.length,
})

function waysOf(part: string, also: string | undefined): Spelling[] {
  const bytes = [...Buffer.from(part)].map((byte) => byte.toString(16).padStart(2, '0'))
  const units = part.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
  const points = Array.from(part, (character) => character.codePointAt(0) ?? 0)
  const ways = [
    behind('%', bytes.map(hexadecimal)),
    behind('\\\\{1,3}u', units.map(hexadecimal), 4),
    behind(
      '&#',
      points.map((point) => joined([literal(`${point}`), literal(';')])),
      2,
    ),
    behind(
      '&#[xX]0*',
      points.map((point) => joined([hexadecimal(point.toString(16)), literal(';')])),
      6,
    ),
  ]
  const letter = escaped[part]
  const name = named[part]
  if (letter !== undefined) ways.push(behind('\\\\{1,3}', [literal(letter)], 3))
  if (name !== undefined) ways.push(literal(`&${name};`))
  if (also !== undefined) ways.push(literal(also))
  if (part === ' ') ways.push(literal('+'))
  if (part === "'") ways.push(literal(`'"'"'`))
  if (/['!]/.test(part)) ways.push(literal(`'\\${part}'`))
  // Shells, C and Python have these for what is no ASCII, or not seen.
  if (!/[ -~]/.test(part)) {
    ways.push(behind('\\\\{1,2}x', bytes.map(hexadecimal), 3))
    const octal = bytes.map((byte) => literal(Number.parseInt(byte, 16).toString(8).padStart(3, '0')))
    ways.push(behind('\\\\{1,2}', octal, 2))
  }
  if (part.startsWith('\\'))
    return [...ways, { source: `\\\\{${part.length},${4 * part.length}}`, longest: 4 * part.length }]
  return [...ways, behind('\\\\{0,3}', [literal(part)], 3)]
}

/** Each part behind the same lead. */
const behind = (lead: string, parts: readonly Spelling[], longestLead = lead.length): Spelling =>
  joined(parts.flatMap((part) => [{ source: lead, longest: longestLead }, part]))

const joined = (parts: readonly Spelling[]): Spelling => ({
  source: parts.map(({ source }) => source).join(''),
  longest: parts.reduce((sum, { longest }) => sum + longest, 0),
})

const oneOf = (ways: readonly Spelling[]): Spelling => ({
  source: `(?:${ways.map(({ source }) => source).join('|')})`,
  longest: Math.max(...ways.map(({ longest }) => longest)),
})
