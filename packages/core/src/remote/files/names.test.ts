import { expect, test } from 'vitest'
import { bytesOf, isText, nameOf, shownName } from './names.ts'

test.each([
  ['plain', Buffer.from('a ä 深 𝄞')],
  ['Latin-1', Buffer.from('gr\xfc\xdfe/ä', 'latin1')],
  ['cut off', Buffer.concat([Buffer.from('深').subarray(0, 2), Buffer.from('𝄞')])],
  ['half a character, as UTF-8 must not have it', Buffer.from([0xed, 0xb2, 0x80])],
  ['any byte', Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1))],
])('a name comes back byte by byte: %s', (_, bytes) => {
  expect(bytesOf(nameOf(bytes))).toEqual(bytes)
})

test('a name is shown with its bytes that are no text', () => {
  const name = nameOf(Buffer.from('gr\xfc\xdfe', 'latin1'))
  expect([isText(name), shownName(name)]).toEqual([false, 'gr\\xfc\\xdfe'])
  expect([isText('a ä 𝒀'), shownName('a ä 𝒀')]).toEqual([true, 'a ä 𝒀'])
})
