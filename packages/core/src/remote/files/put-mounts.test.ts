import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { isRoot, needed, programFile, TreePlace, write } from '../testing/tree-place.ts'
import type { PutOptions } from './options.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, programs } = tree

describe.runIf(isRoot)('what is mounted in a tree', () => {
  const by = [programFile('unshare'), '-m']
  const mounted = (name: string): string =>
    `${programFile('mount')} --bind '${join(tree.place, 'shared')}' '${target(name)}'`
  beforeEach(async () => {
    mkdirSync(join(tree.place, 'shared'))
    write(join(tree.place, 'shared/precious'), 'x')
    for (const name of ['data here', 'd']) mkdirSync(local(name))
    for (const name of ['file', 'other', 'same']) write(local(name), 'old')
    await put()
    tree.commands = 0
    for (const name of ['file', 'other']) write(local(name), 'new')
  })
  const expectUntouched = (): void => {
    expect(readdirSync(join(tree.place, 'shared'))).toEqual(['precious'])
    expect(readdirSync(there())).toEqual(['tree'])
  }

  test('is left alone where it is excluded', async () => {
    const on = { by, before: () => mounted('data here') }
    expect(await put({ exclude: ['data here'] }, on)).toMatchObject({ changed: true })
    expect(readFileSync(target('file'), 'utf8')).toBe('new')
    expectUntouched()
  })

  test.each<[string, string, PutOptions]>([
    ['is not exchanged', 'data here', { exclude: ['precious'] }],
    ['is not emptied', 'data here', {}],
    ['is not moved', '.', { exclude: ['precious'] }],
  ])('%s: %s', async (_, name, options) => {
    write(local('data here/new'), 'x')
    await expect(put(options, { by, before: () => mounted(name) })).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining('something is mounted'),
    })
    expect(readFileSync(target('file'), 'utf8')).toBe('old')
    expectUntouched()
  })

  // A host without stat cannot tell that the directory has become another one.
  test.each([[needed], [`${needed} stat`]])('since a moment ago is not emptied, by %s', async (names) => {
    const on = { by, path: programs(names), before: (command: number) => (command > 1 ? mounted('d') : ':') }
    await expect(put({}, on)).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining('something is mounted'),
    })
    expect(readdirSync(join(tree.place, 'shared'))).toEqual(['precious'])
  })
})
