import { contained } from '../output/contained.ts'
import { inOneLine } from '../shortened.ts'

/** Whatever a text is, as code within a line: nothing in it means anything to Markdown, or to a terminal. */
export function code(text: string): string {
  const line = inOneLine(contained(text))
  if (line === '') return '` `'
  const delimiter = '`'.repeat(longestRun(line) + 1)
  const gap = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return `${delimiter}${gap}${line}${gap}${delimiter}`
}

/** Lines as a block of code, whatever is in them. */
export function fenced(lines: readonly string[]): string[] {
  const text = contained(lines.join('\n'))
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return [`${fence}text`, ...text.split('\n'), fence]
}

const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))

/** A section under its heading, with an empty line around each; nothing where it has no lines. */
export const section = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${heading}`, '', ...lines]
