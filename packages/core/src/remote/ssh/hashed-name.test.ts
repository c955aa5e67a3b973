import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HashedName, hashedName, readHashedName } from './hashed-name.ts'

describe('a hashed name', () => {
  test('is the HMAC that Node makes, of any salt and name', () => {
    const salts = fc.uint8Array({ maxLength: 64 }).map(Buffer.from)
    const names = fc.uint8Array({ maxLength: 80 }).map(Buffer.from)
    fc.assert(
      fc.property(salts, fc.string({ maxLength: 80 }), names, (salt, name, other) => {
        const digest = createHmac('sha1', salt).update(name).digest()
        const hashed = new HashedName(salt, digest)
        expect(hashed.matches(Buffer.from(name))).toBe(true)
        expect(hashed.matches(other)).toBe(other.equals(Buffer.from(name)))
        digest[19] = (digest[19] ?? 0) ^ 1
        expect(new HashedName(salt, digest).matches(Buffer.from(name))).toBe(false)
      }),
    )
  })

  test('is written with a salt of its own, and read again', () => {
    const [one, two] = [hashedName('[web-1]:2222'), hashedName('[web-1]:2222')]
    expect(one).not.toBe(two)
    for (const text of [one, two]) {
      expect(readHashedName(text)?.matches(Buffer.from('[web-1]:2222'))).toBe(true)
      expect(readHashedName(text)?.matches(Buffer.from('[web-2]:2222'))).toBe(false)
    }
    expect(readHashedName('|2|a|b')).toBeUndefined()
    expect(readHashedName(`|1|${randomBytes(20).toString('base64')}|AAAA`)).toBeUndefined()
  })
})
