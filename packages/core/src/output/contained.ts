import { bare } from '../events/bare.ts'
import { withTexts } from '../events/texts.ts'

const risky = /[\p{Cc}\p{Bidi_Control}]/u
const unseen = /[\p{Cc}\p{Bidi_Control}]/gu

/**
 * A value whose texts a screen shows and does not obey: what a host says must not move our cursor, set the title or
 * rewrite the line before it. Ends of lines and tabs stay.
 */
export function contained<Value>(value: Value): Value {
  return withTexts(value, containedText)
}

function containedText(text: string): string {
  if (!risky.test(text)) return text
  return bare(text).replaceAll(unseen, (character) => (/[\n\t]/.test(character) ? character : '\ufffd'))
}
