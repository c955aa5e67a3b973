import { execFileSync } from 'node:child_process'
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

  it.each([
    ['a form', (text: string) => `${new URLSearchParams({ text })}`.replace('text=', '')],
    ['a URL', (text: string) => encodeURIComponent(text)],
    [
      'a URL, in small letters',
      (text: string) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['JSON in JSON', (text: string) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
    ['JSON of ASCII', (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('é', '\\u00E9')],
    [
      'HTML',
      (text: string) => text.replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('"', '&quot;'),
    ],
    ['double quotes of a shell', (text: string) => text.replace(/["$`\\]/g, '\\$&')],
    ['single quotes of a shell', (text: string) => text.replaceAll("'", `'"'"'`)],
    [
      'a word of bash',
      (text: string) => execFileSync('bash', ['-c', 'printf %q "$1"', 'bash', text]).toString(),
    ],
    ['hexadecimal', (text: string) => Buffer.from(text).toString('hex').toUpperCase()],
    ['base64 for URLs', (text: string) => Buffer.from(`${text}\n`).toString('base64url').slice(0, -2)],
    [
      'base64 in a URL',
      (text: string) => encodeURIComponent(Buffer.from(text).toString('base64')).replace(/%3D/g, ''),
    ],
  ])('hides it as it is written in %s', (_, write) => {
    const secret = `pa's s"w&rd/+$x~!(é)\\???>>>`
    expect(masking(secret).text(`<${write(secret)}>`)).toMatch(/^<\[masked\].{0,3}>$/)
  })

  it('hides it in each line that base64 is broken into', () => {
    const secret = 'a key of many bytes '.repeat(10)
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(secret)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
      for (const line of lines) expect(masking(secret).text(line)).toBe('[masked]')
    }
  })

  it('takes no time over a text that is nearly the secret', () => {
    const mask = masking(`${"'".repeat(12)}${'\\'.repeat(12)}x`)
    const began = performance.now()
    for (const near of ["'\\''", '\\', "'", `'"'"'`]) mask.text(near.repeat(20_000))
    expect(performance.now() - began).toBeLessThan(2_000)
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
    const mask = masking('abcdef', "k'l!m")
    const written = ["k'l!m", `k'\\''l\\!m`, 'k%27l!', "k'", 'l!m', '\\', "'"]
    const piece = fc.constantFrom('abcdef', `abc${red}def`, 'abc', 'def', '.', '𝄞', red, ...written)
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.nat({ max: 80 }), (pieces, from) => {
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
      { numRuns: 1000 },
    )
    expect([masking().last('abc'), masking().first('abc')]).toEqual([3, 0])
  })

  it('holds back a long secret that comes in pieces until all of it is there', () => {
    const secret = Array.from({ length: 60 }, (_, line) => `line ${line} of a key's text`).join('\n')
    const mask = masking(secret)
    let rest = ''
    let shown = ''
    for (const piece of `before ${secret} behind`.match(/.{1,7}/gs) ?? []) {
      rest += piece
      const at = mask.last(rest)
      shown += mask.text(rest.slice(0, at))
      rest = rest.slice(at)
    }
    expect(shown + mask.text(rest)).toBe('before [masked] behind')
  })

  it('builds nothing anew that holds none', () => {
    const value = { a: ['x'], b: { c: 1, d: null } }
    expect(masking('s3cret').deep(value)).toBe(value)
  })
})
