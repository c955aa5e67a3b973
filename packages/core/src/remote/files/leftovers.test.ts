import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { TreePlace, write } from '../testing/tree-place.ts'
import { storeFile } from './file-commands.ts'
import { replaced } from './leftovers.ts'
import { ownName } from './names.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, put, machine, machineOf } = tree

const shells = ['/bin/dash', '/bin/bash', '/bin/busybox', '/bin/zsh'].filter(existsSync)
const days = (count: number): Date => new Date(Date.now() - count * 86_400_000)

/** What a transfer has left, some days ago. */
function left(age: number, ...names: string[]): string {
  const name = ownName()
  if (names.length === 0) write(there(name), 'half')
  else mkdirSync(there(name))
  for (const each of names) write(there(name, each), 'half')
  utimesSync(there(name), days(age), days(age))
  return name
}

describe.each(shells)('by %s', (shell) => {
  test('what killed transfers have left goes with a later one, and nothing else', async () => {
    const stays = [left(0.5), left(0.5, 'new'), left(2, 'old')].concat('.viridian-mine')
    write(there('.viridian-mine'), '')
    utimesSync(there('.viridian-mine'), days(2), days(2))
    const remains = (): string[] => readdirSync(there()).filter((name) => name.startsWith('.viridian-'))
    mkdirSync(there('elsewhere'))
    write(there('elsewhere', 'file'), 'kept')

    write(local('file'), '1')
    left(2)
    left(2, 'new')
    left(2, 'old', replaced)
    await put({}, machineOf(shell))
    expect(remains().sort()).toEqual([...stays].sort())

    left(2)
    const link = ownName()
    symlinkSync('elsewhere', there(link))
    const store = storeFile({ path: there('single'), size: 1, token: ownName() })
    await machine(machineOf(shell))({ command: store, input: { size: 1, chunks: () => [Buffer.from('1')] } })
    expect(remains().sort()).toEqual([...stays, link].sort())
    expect(readdirSync(there('elsewhere'))).toEqual(['file'])
  })
})
