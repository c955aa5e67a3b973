import { describe, expect, it } from 'vitest'
import { code, fenced } from './markdown.ts'

describe('code', () => {
  it.each([
    ['plain', '`plain`'],
    ['a `b` c', '``a `b` c``'],
    ['```', '```` ``` ````'],
    ['`edge', '`` `edge ``'],
    ['two\n  lines', '`two ⏎ lines`'],
    ['\u001b[31mred\u001b[0m \u001b]0;title\u0007\r', '`red \ufffd`'],
    ['', '` `'],
  ])('holds %j', (text, shown) => expect(code(text)).toBe(shown))
})

describe('a block', () => {
  it('is fenced by more than anything in it, and says nothing to a terminal', () => {
    expect(fenced(['a', '````', '\u001b[2Jb'])).toEqual(['`````text', 'a', '````', 'b', '`````'])
  })
})
