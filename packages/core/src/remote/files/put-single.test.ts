import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { TreePlace, write } from '../testing/tree-place.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, putBy, machine, plainUser } = tree

const inodes = (): number[] => ['.', 'sub', 'sub/other'].map((name) => statSync(target(name)).ino)
const expectSame = (): void => {
  expect(treeListing(target())).toEqual(treeListing(local()))
  expect(readdirSync(there())).toEqual(['tree'])
}

beforeEach(() => {
  mkdirSync(local('sub'))
  for (const name of ['file', 'sub/file', 'sub/other']) write(local(name), 'old')
  symlinkSync('file', local('link'))
})

const single: readonly (readonly [string, () => void])[] = [
  ['has changed', () => write(local('sub/file'), 'new')],
  ['has another mode', () => chmodSync(local('sub/file'), 0o755)],
  ['has come', () => write(local('sub/more'), 'new')],
  ['has gone', () => rmSync(local('sub/file'))],
  [
    'is a link now',
    () => {
      rmSync(local('sub/file'))
      symlinkSync('other', local('sub/file'))
    },
  ],
  [
    'was a link',
    () => {
      rmSync(local('link'))
      write(local('link'), 'file now')
    },
  ],
]

describe.each([
  ['root', () => ({})],
  ['a user', () => plainUser()],
])('of a tree in which one file is not the same, for %s,', (_, on) => {
  test.each(single)('nothing else is touched: it %s', async (_, change) => {
    chmodSync(local('sub'), 0o555)
    const machine = on()
    await put({}, machine)
    const before = inodes()
    chmodSync(local('sub'), 0o755)
    change()
    chmodSync(local('sub'), 0o555)
    expect(await put({}, machine)).toMatchObject({ changed: true })
    expect(inodes()).toEqual(before)
    expectSame()
    chmodSync(local('sub'), 0o755)
  })
})

test('what cannot be made up for at once is exchanged as a whole', async () => {
  await put()
  for (const change of [
    () => [write(local('file'), 'new'), write(local('sub/file'), 'new')],
    () => [write(local('file'), 'newer'), rmSync(local('sub/file'))],
    () => mkdirSync(local('empty')),
    () => chmodSync(local('empty'), 0o700),
    () => rmSync(local('empty'), { recursive: true }),
  ]) {
    const { ino } = statSync(target())
    change()
    await put()
    expect(statSync(target()).ino).not.toBe(ino)
    expectSame()
  }
})

test('a single file is not put into another tree than the one that was looked at', async () => {
  await put()
  write(local('file'), 'new')
  let commands = 0
  await putBy(async (command) => {
    commands += 1
    if (commands === 2) {
      // Another run, which ends with this tree's old state and something of its own.
      rmSync(target(), { recursive: true })
      mkdirSync(target())
      write(target('theirs'), 'x')
    }
    return machine({})(command)
  })
  expect(commands).toBeGreaterThan(2)
  expectSame()
})
