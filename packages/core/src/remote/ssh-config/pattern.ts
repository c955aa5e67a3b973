/** Whether a text is as a pattern says, in which `*` stands for any letters and `?` for one. */
export type Matches = (text: string) => boolean

/** Reads one pattern, once; a pattern without wildcards costs a comparison. */
export function patternOf(pattern: string): Matches {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern
  if (/^\*+$/.test(pattern)) return () => true
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`, 's')
  return (text) => expression.test(text)
}

/** Reads patterns of which one must match, and none that a `!` stands before. */
export function patternsOf(patterns: readonly string[]): Matches {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(patternOf)
  const unwanted = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => patternOf(pattern.slice(1)))
  const [first] = wanted
  // Most lines name one host, and there may be a thousand of them.
  if (first !== undefined && wanted.length === 1 && unwanted.length === 0) return first
  return (text) => wanted.some((matches) => matches(text)) && !unwanted.some((matches) => matches(text))
}

/** Reads patterns with commas between them. */
export const patternListOf = (list: string): Matches => patternsOf(list.split(','))
