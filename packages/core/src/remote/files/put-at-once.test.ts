import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { TreePlace, write } from '../testing/tree-place.ts'
import type { Exchange } from './exchange.ts'
import type { PutOptions, PutResult } from './options.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, putBy, machine } = tree

test('many who put at once leave one whole tree, and nothing else', async () => {
  write(local('a'), 'x'.repeat(1000))
  mkdirSync(local('sub'))
  write(local('sub', 'b'), 'y')
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 6 }, () => put()))
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(readdirSync(there())).toEqual(['tree'])
    write(local('a'), `${round}`)
  }
})

describe.each<[string, PutOptions]>([
  ['as wholes', {}],
  ['in place', { exclude: ['kept'] }],
])('many who put different trees at once, %s', (_, options) => {
  const count = 5
  const treeOf = (run: number): string => join(tree.place, `${run}`)
  const putOf = (run: number, exchange = machine({})): Promise<PutResult> =>
    putBy(exchange, options, treeOf(run))

  /** Most of a tree is what all have; the rest has the same names and sizes everywhere. */
  const plant = (run: number, version: string): void => {
    mkdirSync(join(treeOf(run), 'd/deep'), { recursive: true })
    for (const name of ['1', 'd/1', 'd/2', 'd/deep/1']) write(join(treeOf(run), name), 'common')
    for (const name of ['2', 'd/3', 'd/deep/2', `d/own-${run % 2}`])
      write(join(treeOf(run), name), `${run} ${version}`)
    if (run % 3 === 0) write(join(treeOf(run), 'd/1'), 'ommonc')
  }

  test('leave one of them whole', async () => {
    for (let round = 0; round < 2; round += 1) {
      const runs = Array.from({ length: count }, (_, run) => run)
      for (const run of runs) plant(run, `${round}`)
      if (round === 0) await putOf(0)
      if (options.exclude) write(target('kept'), 'remote')
      await Promise.all(runs.map((run) => putOf(run)))
      rmSync(target('kept'), { force: true })
      expect(runs.map((run) => treeListing(treeOf(run)))).toContainEqual(treeListing(target()))
      expect(readdirSync(there())).toEqual(['tree'])
    }
  })

  test('see what has come between', async () => {
    for (const run of [1, 2]) plant(run, '')
    await putOf(1)
    if (options.exclude) write(target('kept'), 'remote')
    write(join(treeOf(1), '2'), 'changed')
    let isFirst = true
    const interrupted: Exchange = async (command) => {
      if (command.input && isFirst) await putOf(2)
      isFirst &&= command.input === undefined
      return machine({})(command)
    }
    await putOf(1, interrupted)
    rmSync(target('kept'), { force: true })
    expect(treeListing(target())).toEqual(treeListing(treeOf(1)))
  })

  test('come to an end where something changes all the while', async () => {
    plant(1, 'old')
    await putOf(1)
    if (options.exclude) write(target('kept'), 'remote')
    plant(1, 'new')
    const on = { before: () => `mkdir '${target('d/passing')}' && rmdir '${target('d/passing')}'` }
    expect(await putOf(1, machine(on))).toMatchObject({ changed: true })
    rmSync(target('kept'), { force: true })
    expect(treeListing(target())).toEqual(treeListing(treeOf(1)))
  })
})
