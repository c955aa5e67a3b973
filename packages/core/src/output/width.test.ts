import { describe, expect, it } from 'vitest'
import { cut, widthOf } from './width.ts'

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`

describe('the width of a text', () => {
  it.each([
    ['plain', 5],
    ['漢字', 4],
    ['e\u0301', 1],
    [red('red'), 3],
    ['😀', 2],
    ['', 0],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })

  it('is kept to by what is cut, colours and all', () => {
    expect(cut('abcdef', 6)).toBe('abcdef')
    expect(cut('abcdef', 5)).toBe('abcd…')
    expect(cut('漢字漢字', 6)).toBe('漢字…')
    expect(cut(`${red('abc')}def`, 5)).toBe(`${red('abc')}d…`)
    expect(cut(`ab${red('cdef')}${red('gh')}`, 4)).toBe(`ab${red('c…')}${red('')}`)
  })
})
