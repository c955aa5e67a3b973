import { expect, test } from 'vitest'
import { Escape } from './escape.ts'

function typed(...keys: string[]): string {
  const keyboard = new Escape()
  let sent = ''
  for (const each of keys) {
    const { send, left } = keyboard.take(Buffer.from(each))
    sent += send.toString('latin1')
    if (left) return `${sent}<left>`
  }
  return sent
}

test.each([
  ['leaves at once', ['~.more'], '<left>'],
  ['leaves behind an Enter', ['ls\r~.'], 'ls\r<left>'],
  ['leaves when it is typed key by key', ['ls\r', '~', '.'], 'ls\r<left>'],
  ['is none within a line', ['ls ~.\r'], 'ls ~.\r'],
  ['doubled types a tilde', ['~~.\r'], '~.\r'],
  ['before another key is a tilde', ['~/bin/x\r~a~.\r'], '~/bin/x\r~a~.\r'],
  ['counts behind a key that was held up by it', ['~', '\r', '~', '.'], '~\r<left>'],
])('~. %s', (_, keys, sent) => {
  expect(typed(...keys)).toBe(sent)
})

test('other bytes pass as they are', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x7e))
  expect(new Escape().take(all)).toEqual({ send: all, left: false })
})
