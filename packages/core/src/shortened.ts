/** A text of at most so many characters, and how many more there were. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  // A character of two halves is not cut in two.
  const shown = text.slice(0, most).replace(/[\ud800-\udbff]$/, '')
  return `${shown}… (${text.length - shown.length} characters more)`
}

/** A text of several lines in one. */
export const inOneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ⏎ ')
