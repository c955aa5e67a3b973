import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { Reserve } from './reserve.ts'

test('a reserve has no name, and is given back once', async () => {
  const directory = await temporaryDirectory()
  const reserve = await Reserve.beside(join(directory, 'journal'))
  expect(await readdir(directory)).toEqual([])
  expect([await reserve.giveBack(), await reserve.giveBack()]).toEqual([true, false])
})

test('where none can be made, there is none to give back', async () => {
  expect(await (await Reserve.beside('/nowhere/journal')).giveBack()).toBe(false)
})
