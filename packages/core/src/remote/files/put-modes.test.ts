import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { type Machine, plainShells, TreePlace, write } from '../testing/tree-place.ts'
import type { PutOptions } from './options.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, plainUser } = tree

test.each(plainShells)('modes come along for a user who is not root: %s', async (shell) => {
  const on = plainUser(shell)
  mkdirSync(local('d'))
  for (const mode of [0o755, 0o640, 0o600, 0o444, 0o4755, 0o2711, 0o6755])
    write(local(`d/${mode}`), 'x', mode)
  chmodSync(local('d'), 0o711)
  chmodSync(local(), 0o775)
  await put({}, on)
  expect(treeListing(target())).toEqual(treeListing(local()))
  expect(await put({}, on)).toMatchObject({ changed: false })
  write(target('kept'), 'remote')
  for (const mode of [0o755, 0o4755]) write(local(`d/${mode}`), 'new', mode)
  const options = { exclude: ['kept'] }
  expect(await put(options, on)).toMatchObject({ changed: true })
  expect(await put(options, on)).toMatchObject({ changed: false })
})

describe.each(plainShells)('a directory that its owner may not write to: %s', (shell) => {
  let on: Machine
  beforeEach(async () => {
    on = plainUser(shell)
    mkdirSync(local('locked/deep'), { recursive: true })
    for (const name of ['file', 'locked/1', 'locked/2', 'locked/deep/1']) write(local(name), name)
    for (const name of ['locked/deep', 'locked']) chmodSync(local(name), 0o555)
    await put({}, on)
    return () => {
      for (const file of ['.', 'locked', 'locked/deep'].flatMap((name) => [local(name), target(name)]))
        if (existsSync(file)) chmodSync(file, 0o755)
    }
  })
  const expectSame = async (options: PutOptions = {}): Promise<void> => {
    expect(await put(options, on)).toMatchObject({ changed: true })
    expect(readdirSync(there())).toEqual(['tree'])
    expect(await put(options, on)).toMatchObject({ changed: false })
  }

  test('becomes a usual one', async () => {
    chmodSync(local('locked'), 0o755)
    await expectSame()
    expect(treeListing(target())).toEqual(treeListing(local()))
  })

  test.each(['.', 'locked'])('changes, and what is below it: %s', async (name) => {
    write(local('locked/1'), 'changed')
    chmodSync(local('locked'), 0o755)
    rmSync(local('locked/2'))
    chmodSync(local('locked'), 0o555)
    chmodSync(local(name), 0o555)
    await expectSame()
    write(local('locked/1'), 'changed again')
    await expectSame()
    expect(treeListing(target())).toEqual(treeListing(local()))
  })

  test('changes beside what is kept', async () => {
    chmodSync(target('locked'), 0o755)
    write(target('locked/kept'), 'remote')
    chmodSync(target('locked'), 0o555)
    const { ino } = statSync(target('locked/kept'))
    write(local('locked/deep/1'), 'changed')
    chmodSync(local('locked'), 0o755)
    rmSync(local('locked/2'))
    chmodSync(local('locked'), 0o555)
    await expectSame({ exclude: ['kept'] })
    expect(statSync(target('locked/kept')).ino).toBe(ino)
    expect(readdirSync(target('locked')).sort()).toEqual(['1', 'deep', 'kept'])
    expect(statSync(target('locked')).mode & 0o777).toBe(0o555)
  })

  test('stays, and something in it goes', async () => {
    for (const name of ['locked', 'locked/deep']) chmodSync(local(name), 0o755)
    rmSync(local('locked'), { recursive: true })
    chmodSync(target('locked/deep'), 0o755)
    write(target('locked/deep/kept'), 'remote')
    chmodSync(target('locked/deep'), 0o555)
    await expectSame({ exclude: ['kept'] })
    expect(treeListing(target('locked'))).toEqual({
      '.': '555 directory',
      deep: '555 directory',
      'deep/kept': `644 ${Buffer.from('remote').toString('base64')}`,
    })
    mkdirSync(local('locked/deep'), { recursive: true })
  })

  test('goes, and with it what it holds', async () => {
    chmodSync(local('locked'), 0o755)
    chmodSync(local('locked/deep'), 0o755)
    rmSync(local('locked'), { recursive: true })
    write(target('kept'), 'remote')
    await expectSame({ exclude: ['kept'] })
    expect(readdirSync(target()).sort()).toEqual(['file', 'kept'])
    mkdirSync(local('locked/deep'), { recursive: true })
  })
})
