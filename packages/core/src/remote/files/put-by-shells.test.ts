import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { TreePlace, write } from '../testing/tree-place.ts'

/*
 * Trees put by the shells and tars that hosts may have.
 */

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, putBy, machine, machineOf, programs } = tree

/** What tells whether somebody has put another thing in the place of this one, or touched it. */
const identityOf = (file: string): unknown => {
  const { ino, ctimeMs, uid, gid, mode } = lstatSync(file)
  return { ino, ctimeMs, uid, gid, mode }
}

describe.each(['/bin/dash', '/bin/bash', '/bin/busybox', '/bin/zsh', '/bin/mksh'].filter(existsSync))(
  'by %s',
  (shell) => {
    const on = machineOf(shell)

    const plant = (): void => {
      for (const name of ['-d/deep/er', 'was file', 'locked', 'same'])
        mkdirSync(local(name), { recursive: true })
      for (const name of ['-rf', '*', '.hidden', '..two', 'ä', "it's", '-d/deep/er/file', 'same/1', 'same/2'])
        write(local(name), name)
      for (let index = 0; index < 450; index += 1) write(local('-d', `${index}`), `${index}`)
      symlinkSync('same', local('link'))
    }

    test('a tree is brought up to date around what is kept, which nobody touches', async () => {
      plant()
      await put({}, on)
      mkdirSync(target('kept'))
      for (const name of ['kept/log', '-d/kept.log', 'gone', 'gone\ntoo']) write(target(name), 'remote')
      mkdirSync(target('gone too/deep'), { recursive: true })
      const kept = ['.', '-d', '-d/deep', 'same', 'same/1', 'kept', 'kept/log', '-d/kept.log']
      const before = kept.map((name) => statSync(target(name)).ino)
      const untouched = ['kept', 'kept/log', '-d/kept.log', 'same', 'same/1']
      const as = untouched.map((name) => identityOf(target(name)))
      for (let index = 0; index < 450; index += 1) write(local('-d', `${index}`), 'changed')
      for (const name of ['-rf', '*', '.hidden', '..two', 'ä']) write(local(name), 'changed')
      rmSync(local('link'))
      symlinkSync('-d', local('link'))
      rmSync(local('was file'), { recursive: true })
      write(local('was file'), 'now')
      rmSync(local("it's"))
      mkdirSync(local("it's/a directory"), { recursive: true })
      write(local("it's/a directory/.file"), 'x', 0o600)
      // As a directory: busybox tells no digest of a file with such a name.
      mkdirSync(local('line\nend'))
      chmodSync(local('-d/deep'), 0o700)
      const options = { exclude: ['kept', '*.log'] }
      expect(await put(options, on)).toMatchObject({ changed: true })
      expect(kept.map((name) => statSync(target(name)).ino)).toEqual(before)
      expect(untouched.map((name) => identityOf(target(name)))).toEqual(as)
      expect(readdirSync(there())).toEqual(['tree'])
      expect(await put(options, on)).toMatchObject({ changed: false })
      for (const name of ['kept', '-d/kept.log']) rmSync(target(name), { recursive: true })
      expect(treeListing(target())).toEqual(treeListing(local()))
    })

    test('a tree without anything else is exchanged as a whole', async () => {
      plant()
      await put({}, on)
      const { ino } = statSync(target())
      write(local('-d/1'), 'changed')
      rmSync(local('same'), { recursive: true })
      expect(await put({}, on)).toMatchObject({ changed: true })
      expect(statSync(target()).ino).not.toBe(ino)
      expect(treeListing(target())).toEqual(treeListing(local()))
      expect(readdirSync(there())).toEqual(['tree'])
    })
  },
)

test('what a login sets for its own commands changes nothing', async () => {
  const before = () => `export CDPATH=${tree.place}/elsewhere TAR_OPTIONS=--exclude=file`
  mkdirSync(`${tree.place}/elsewhere/there/tree`, { recursive: true })
  mkdirSync(target())
  for (const content of ['x', 'changed']) {
    write(local('file'), content)
    await putBy(machine({ before }), {}, local(), 'there/tree')
    expect(treeListing(target())).toEqual(treeListing(local()))
  }
})

describe('names', () => {
  test('that are not UTF-8 are removed like others, and kept like others', async () => {
    const odd = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`${target()}/${name}`), Buffer.from([0xfc, 0xff])])
    write(local('file'), 'x')
    await put()
    for (const name of ['gone', 'kept']) writeFileSync(odd(name), 'remote')
    expect(await put({ exclude: ['kept*'] })).toMatchObject({ changed: true })
    expect([existsSync(odd('gone')), existsSync(odd('kept'))]).toEqual([false, true])
    expect(await put({ exclude: ['kept*'] })).toMatchObject({ changed: false })
  })

  test('may be as long as names can be', async () => {
    const name = 'x'.repeat(255)
    write(local(name), 'x')
    for (const content of ['x', 'changed']) {
      write(local(name), content)
      await putBy(machine({}), {}, local(), there(name))
    }
    expect(treeListing(there(name))).toEqual(treeListing(local()))
  })

  test.each(['tar', 'bsdtar'].filter((name) => existsSync(`/usr/bin/${name}`)))(
    'of any language pass %s',
    async (name) => {
      const path = `${programs({ tar: `/usr/bin/${name}` })}:/usr/bin:/bin`
      for (const each of ['ä', '日本語', '深'.repeat(80)]) write(local(each), each)
      symlinkSync('日本語', local('link'))
      await put({}, { path })
      write(local('ä'), 'changed')
      await put({}, { path })
      expect(treeListing(target())).toEqual(treeListing(local()))
    },
  )
})
