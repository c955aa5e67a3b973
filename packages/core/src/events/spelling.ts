/** A part of a regular expression, and how long what it matches may be. */
interface Spelling {
  readonly source: string
  /** Matches what may be the beginning of it, where the rest has not come yet. */
  readonly begun: string
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

const never = '(?!)'
/** Of a text that has come so far, the rest may be anything: what looks at each part would be too deep an expression. */
const deepest = 16

const literal = (text: string): Spelling =>
  joined(
    text.split('').map((unit) => ({
      source: unit.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&'),
      begun: never,
      longest: 1,
    })),
  )

const hexadecimal = (digits: string): Spelling =>
  joined(
    digits.split('').map((digit) => ({
      source: /[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit,
      begun: never,
      longest: 1,
    })),
  )

/** So many backslashes in a row. */
const backslashes = (least: number, most: number): Spelling => ({
  source: `\\\\{${least},${most}}`,
  begun: `\\\\{1,${most}}`,
  longest: most,
})

const hexadecimalPoint = joined([
  literal('&#'),
  { source: '[xX]', begun: never, longest: 1 },
  { source: '0{0,6}', begun: '0{1,6}', longest: 6 },
])

function waysOf(part: string, also: string | undefined): Spelling[] {
  const bytes = [...Buffer.from(part)].map((byte) => byte.toString(16).padStart(2, '0'))
  const units = part.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
  const points = Array.from(part, (character) => character.codePointAt(0) ?? 0)
  const ways = [
    behind(literal('%'), bytes.map(hexadecimal)),
    behind(joined([backslashes(1, 3), literal('u')]), units.map(hexadecimal)),
    behind(
      literal('&#'),
      points.map((point) => literal(`${point};`)),
    ),
    behind(
      hexadecimalPoint,
      points.map((point) => joined([hexadecimal(point.toString(16)), literal(';')])),
    ),
  ]
  const letter = escaped[part]
  const name = named[part]
  if (letter !== undefined) ways.push(joined([backslashes(1, 3), literal(letter)]))
  if (name !== undefined) ways.push(literal(`&${name};`))
  if (also !== undefined) ways.push(literal(also))
  if (part === ' ') ways.push(literal('+'))
  if (part === "'") ways.push(literal(`'"'"'`))
  if (/['!]/.test(part)) ways.push(literal(`'\\${part}'`))
  // Shells, C and Python have these for what is no ASCII, or not seen.
  if (!/[ -~]/.test(part)) {
    ways.push(behind(joined([backslashes(1, 2), literal('x')]), bytes.map(hexadecimal)))
    const octal = bytes.map((byte) => literal(Number.parseInt(byte, 16).toString(8).padStart(3, '0')))
    ways.push(behind(backslashes(1, 2), octal))
  }
  if (part.startsWith('\\')) return [...ways, backslashes(part.length, 4 * part.length)]
  return [...ways, joined([backslashes(0, 3), literal(part)])]
}

/** Each part behind the same lead. */
const behind = (lead: Spelling, parts: readonly Spelling[]): Spelling =>
  joined(parts.flatMap((part) => [lead, part]))

function joined(parts: readonly Spelling[]): Spelling {
  const last = parts.length - 1
  const begun = parts.slice(0, deepest).reduceRight(
    (next, { source, begun }, index) => {
      const whole = index === last ? [] : [`${source}(?:${next})?`]
      return [...(begun === never ? [] : [begun]), ...whole].join('|')
    },
    last < deepest ? '' : '[^]*',
  )
  return {
    source: parts.map(({ source }) => source).join(''),
    begun: begun === '' ? never : begun,
    longest: parts.reduce((sum, { longest }) => sum + longest, 0),
  }
}

const oneOf = (ways: readonly Spelling[]): Spelling => ({
  source: `(?:${ways.map(({ source }) => source).join('|')})`,
  begun:
    ways
      .map(({ begun }) => begun)
      .filter((begun) => begun !== never)
      .join('|') || never,
  longest: Math.max(...ways.map(({ longest }) => longest)),
})
