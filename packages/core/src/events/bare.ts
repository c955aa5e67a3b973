// Written by their numbers: the linter takes a control character in a pattern for a mistake.
const esc = String.fromCharCode(0x1b)
const bell = String.fromCharCode(0x07)

const introducers = new RegExp(`[${esc}\u0080-\u009f]`)

/** Titles, links and other strings for the terminal; cursor movement, colours; everything else behind an escape. */
const sequences = new RegExp(
  [
    `(?:${esc}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${bell}${esc}\u009c]*(?:${bell}|${esc}\\\\|\u009c)?`,
    `(?:${esc}\\[|\u009b)[0-?]*[ -/]*[@-~]?`,
    `${esc}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
)

/** The place in a text that a place in its bare form stands for. */
export function placeInWhole(text: string, place: number): number {
  let left = place
  let end = 0
  for (const { index, 0: sequence } of introducers.test(text) ? text.matchAll(sequences) : []) {
    if (index - end >= left) break
    left -= index - end
    end = index + sequence.length
  }
  return end + left
}

/** A text without what it says to a terminal: its colours, movements and titles. */
export function bare(text: string): string {
  return introducers.test(text) ? text.replaceAll(sequences, '') : text
}
