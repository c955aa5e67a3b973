import { expect, test } from 'vitest'
import { parseListing } from './listing.ts'

const answer = (...records: string[]): Buffer => Buffer.from(records.map((record) => `${record}\0`).join(''))

test('tells of all that is there', () => {
  const digest = 'a'.repeat(64)
  const listing = parseListing(
    Buffer.concat([
      answer(
        '',
        'd755 .',
        'f644 ./a\nb',
        'f ./c',
        'l ./link',
        'to\n\n.',
        'o ./pipe',
        'w ./c',
        'u ./closed',
        '',
      ),
      Buffer.from(`\\${digest}  ./a\\nb\n`),
    ]),
  )
  expect(listing?.entries).toEqual(
    new Map([
      ['.', { kind: 'directory', mode: 0o755 }],
      ['a\nb', { kind: 'file', mode: 0o644 }],
      ['c', { kind: 'file' }],
      ['link', { kind: 'link', target: 'to\n' }],
      ['pipe', { kind: 'other' }],
    ]),
  )
  expect(listing?.digests).toEqual(new Map([['a\nb', digest]]))
  expect([listing?.foreign, listing?.unreadable]).toEqual([new Set(['c']), ['closed']])
})

test.each([
  ['breaks off', answer('', 'd755 .', 'f644 ./a')],
  ['breaks off in a record', Buffer.from('d755 .\0f644 ./')],
  ['does not know the top', answer('', 'f644 ./a', '')],
  ['is none', Buffer.from('hello\n')],
])('tells nothing when the answer %s', (_, bytes) => {
  expect(parseListing(bytes)).toBeUndefined()
})

test('tells what is mounted at the top and below it, as Linux spells it', () => {
  const table = [
    '/',
    '/srv',
    '/srv/a\\040b',
    '/srv/a\\040b/c',
    '/srv/a\\040b/\\134040\\011\\303\\244',
    '/srv/a\\040bc',
  ]
  const listing = parseListing(answer('', 'd .', 'm /srv/a b', table.join('\n'), ''))
  expect(listing?.mounts).toEqual(['.', 'c', '\\040\tä'])
})
