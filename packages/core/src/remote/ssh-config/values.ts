import { suggestion } from '../../nearest.ts'
import type { Line } from './line.ts'
import type { PermittedCname } from './said.ts'

/** Reads a line's values as what they mean. */
export type Read<Value> = (line: Line) => Value

export const word: Read<string> = (line) => line.word()

/** One of several words, in any letter case. */
export function oneOf<Value>(meanings: Readonly<Record<string, Value>>): Read<Value> {
  return (line) => {
    const text = line.word()
    const meaning = meaningOf(text, meanings)
    if (meaning !== undefined) return meaning
    const words = Object.keys(meanings)
    throw line.refused(`cannot be "${text}"`, suggestion(text, words) ?? `it is one of ${words.join(', ')}`)
  }
}

export function meaningOf<Value>(text: string, meanings: Readonly<Record<string, Value>>): Value | undefined {
  const word = text.toLowerCase()
  return Object.hasOwn(meanings, word) ? meanings[word] : undefined
}

export const flags = { yes: true, no: false, true: true, false: false }
export const yesOrNo = oneOf(flags)

const largest = 2_147_483_647

export const count: Read<number> = (line) => {
  const text = line.word()
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= 0 && number <= largest) return number
  throw line.refused(`cannot be "${text}"`, 'it is a whole number')
}

export const port: Read<number> = (line) => {
  const text = line.word()
  // The one name of a service that stands in such files.
  const number = text === 'ssh' ? 22 : /^\+?\d+$/.test(text) ? Number(text) : Number.NaN
  if (number > 0 && number < 65_536) return number
  throw line.refused(`cannot be "${text}"`, 'it is a number from 1 to 65535')
}

const units = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** Seconds: `90`, `1m30s`; `none` is as if nothing had been said. */
export const seconds: Read<number | undefined> = (line) => {
  const text = line.word()
  if (text === 'none') return undefined
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)]
  const sum = parts.reduce((total, [, amount, unit]) => total + Number(amount) * sizeOf(unit), 0)
  if (parts.map(([part]) => part).join('') === text.toLowerCase() && sum <= largest) return sum
  throw line.refused(`cannot be "${text}"`, 'it is a time such as 90, 30s or 1m30s, or none')
}

function sizeOf(unit: string | undefined): number {
  return Object.entries(units).find(([name]) => name === unit)?.[1] ?? 1
}

/** Words, or `none` alone, which gives an empty list. No words at all are as if nothing had been said. */
export const list: Read<readonly string[] | undefined> = (line) => {
  const words = line.words()
  if (words.length === 0) return undefined
  if (words.length > 1 && words.some((each) => each.toLowerCase() === 'none'))
    throw line.refused('has other values beside none', 'take out none, or the others')
  return words[0]?.toLowerCase() === 'none' ? [] : words
}

export const commaList: Read<readonly string[]> = (line) => line.word().split(',')

/** All that stands behind the keyword, untouched. */
export const wholeRest: Read<string> = (line) => {
  line.skip()
  return line.rest.replace(/^[ \t=]+/, '')
}

export const permittedCnames: Read<readonly PermittedCname[] | undefined> = (line) =>
  list(line)?.map((rule) => {
    const [sources = '', targets = rule === '*' ? '*' : ''] = rule.toLowerCase().split(/:(.*)/s)
    if (targets !== '') return { sources, targets }
    throw line.refused(`cannot be "${rule}"`, 'write patterns of names before and after a colon, *, or none')
  })
