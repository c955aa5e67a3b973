import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { needed, programFile, TreePlace, write } from '../testing/tree-place.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, putBy, machine, programs } = tree

/** A host on which the shell of a session gets a signal whenever it has carried out some program. */
const signalled = (program: string, signal: string) => {
  const files = Object.fromEntries(needed.split(' ').map((name) => [name, programFile(name)]))
  const file = `${tree.place}/${program}`
  write(file, `#!/bin/sh\n${files[program]} "$@"; c=$?; kill -${signal} $PPID; exit $c\n`, 0o755)
  return { path: programs({ ...files, [program]: file }) }
}

describe.each(['HUP', 'TERM'])('a host that ends sessions by %s', (signal) => {
  beforeEach(async () => {
    for (const name of ['1', '2', '3']) write(local(name), 'old')
    await put()
    for (const name of ['1', '2']) write(local(name), 'new')
  })

  test.each(['mv', 'cp', 'rm'])('exchanges a tree that has come whole: behind %s', async (program) => {
    await put({}, signalled(program, signal))
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(readdirSync(there())).toEqual(['tree'])
  })

  test.each(['mv', 'chmod'])('renames a file that has come whole: behind %s', async (program) => {
    await putBy(machine(signalled(program, signal)), {}, local('1'), there('file'))
    expect(readFileSync(there('file'), 'utf8')).toBe('new')
    rmSync(there('file'))
    expect(readdirSync(there())).toEqual(['tree'])
  })

  test.each(['mkdir', 'cat'])('keeps what it has when the rest has not come: behind %s', async (program) => {
    const before = treeListing(target())
    const [from, to] = program === 'cat' ? [local('1'), there('file')] : [local(), target()]
    const on = { ...signalled(program, signal), lost: 1_200 }
    await expect(putBy(machine(on), {}, from, to)).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
    expect(treeListing(target())).toEqual(before)
    expect(readdirSync(there())).toEqual(['tree'])
  })
})
