import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bare } from './bare.ts'
import { Mask } from './mask.ts'

const red = '\u001b[31m'

const masking = (...secrets: string[]): Mask => {
  const mask = new Mask()
  for (const secret of secrets) mask.add(secret)
  return mask
}

describe('a mask', () => {
  it('hides a secret in every text of a value, also when it is encoded', () => {
    expect(
      masking('s3cret&key').deep({
        a: ['x s3cret&key y'],
        b: { url: '?t=s3cret%26key', n: 1 },
        c: Buffer.from('s3cret&key').toString('base64').replaceAll('=', ''),
      }),
    ).toEqual({
      a: ['x [masked] y'],
      b: { url: '?t=[masked]', n: 1 },
      c: expect.stringMatching(/^\[masked\].?$/),
    })
  })

  it('hides it within the base64 of a longer text, wherever it stands there', () => {
    for (const user of ['a', 'ab', 'abc', 'abcd']) {
      const header = Buffer.from(`${user}:correct-horse!`).toString('base64')
      expect(masking('correct-horse').text(`Basic ${header}`)).toMatch(/^Basic \w{0,8}\[masked\][\w=]{0,4}$/)
    }
  })

  it('hides it quoted for a shell, and within JSON', () => {
    const mask = masking(`pa'ss"word`)
    expect(mask.text(`mysql -p 'pa'\\''ss"word'`)).toBe("mysql -p '[masked]'")
    expect(mask.text(JSON.stringify({ key: `pa'ss"word` }))).toBe('{"key":"[masked]"}')
  })

  it('leaves no rest of a secret that begins with another one', () => {
    expect(masking('abcd', 'abcd-efgh').text('is abcd-efgh')).toBe('is [masked]')
  })

  it('hides it in colours too, and lets other colours be', () => {
    const mask = masking('s3cret-key')
    expect(mask.text('is s3c\u001b[31mret\u001b[0m-key')).toBe('is [masked]')
    expect(mask.text('\u001b[32mok\u001b[0m')).toBe('\u001b[32mok\u001b[0m')
  })

  it('knows where a text may be cut', () => {
    const mask = masking('abcdef')
    const piece = fc.constantFrom('abcdef', `abc${red}def`, 'abc', 'def', '.', '𝄞', red)
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.nat({ max: 40 }), (pieces, from) => {
        const whole = pieces.join('')
        const seen = mask.text(bare(whole))
        let rest = ''
        let shown = ''
        for (const each of whole.split('')) {
          rest += each
          const at = mask.last(rest)
          shown += mask.text(rest.slice(0, at))
          rest = rest.slice(at)
        }
        expect(bare(shown + mask.text(rest))).toBe(seen)
        const end = [...whole].slice(from).join('')
        expect(seen.endsWith(bare(mask.text(end.slice(mask.first(end)))))).toBe(true)
      }),
    )
    expect([masking().last('abc'), masking().first('abc')]).toEqual([3, 0])
  })

  it('builds nothing anew that holds none', () => {
    const value = { a: ['x'], b: { c: 1, d: null } }
    expect(masking('s3cret').deep(value)).toBe(value)
  })
})
