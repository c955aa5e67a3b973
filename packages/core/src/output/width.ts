import { eastAsianWidth } from 'get-east-asian-width'

// Our own colours: all other sequences were taken out before.
const colour = new RegExp(`(${String.fromCharCode(0x1b)}\\[[0-9;]*m)`)
const ascii = /^[ -~]*$/
const combining = /[\p{Mn}\p{Me}\p{Cf}]/u
const emojiStyle = '\ufe0f'

/**
 * The columns that a text takes on a terminal. Where terminals disagree about joined characters, the most that any of
 * them takes: a line that wraps would break what stands above it.
 */
export function widthOf(text: string): number {
  return text.split(colour).reduce((sum, part, index) => (index % 2 === 0 ? sum + widthOfPart(part) : sum), 0)
}

/** A text cut to so many columns, an ellipsis at its end where something is missing. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let room = columns - 1
  let shown = ''
  for (const [index, part] of text.split(colour).entries()) {
    if (index % 2 === 1) shown += part
    else if (room > 0) {
      const taken = start(part, room)
      shown += taken
      room = taken === part ? room - widthOfPart(part) : 0
      if (taken !== part) shown += '…'
    }
  }
  return shown
}

export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)))

function start(text: string, columns: number): string {
  let width = 0
  let shown = ''
  for (const character of text) {
    width += widthOfCharacter(character)
    if (width > columns) break
    shown += character
  }
  return shown
}

function widthOfPart(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOfCharacter(character)
  return width
}

function widthOfCharacter(character: string): number {
  if (ascii.test(character)) return 1
  if (character === emojiStyle) return 1
  return combining.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0)
}
