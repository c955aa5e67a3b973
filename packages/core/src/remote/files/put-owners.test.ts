import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { isRoot, nobody, TreePlace, write } from '../testing/tree-place.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, target, put } = tree

// To give files away, and to mount, takes root.
describe.runIf(isRoot)('owners', () => {
  const ownerOf = (name: string): string => `${lstatSync(target(name)).uid}:${lstatSync(target(name)).gid}`
  beforeEach(() => {
    mkdirSync(local('d'))
    for (const name of ['file', 'd/1', 'd/2']) write(local(name), 'old')
    symlinkSync('file', local('link'))
  })
  const all = ['.', 'd', 'd/1', 'd/2', 'file', 'link']

  test.each(['as a whole', 'in place'])('are seen to when nothing else has changed: %s', async (how) => {
    await put()
    if (how === 'in place') {
      write(target('kept'), 'remote')
      write(target('d/kept'), 'remote')
    }
    const options = { owner: 'nobody:nogroup', exclude: ['kept'] }
    expect(await put(options)).toMatchObject({ changed: true })
    expect(all.map(ownerOf)).toEqual(all.map(() => '65534:65534'))
    if (how === 'in place') expect([ownerOf('kept'), ownerOf('d/kept')]).toEqual(['0:0', '0:0'])
    expect(await put(options)).toMatchObject({ changed: false })
    for (const owner of ['nobody', ':nogroup', '65534', 'nobody:'])
      expect(await put({ ...options, owner })).toMatchObject({ changed: false })
    expect(await put({ ...options, owner: 'root' })).toMatchObject({ changed: true })
    expect(all.map(ownerOf)).toEqual(all.map(() => '0:65534'))
    await expect(put({ ...options, owner: 'no-one-of-this-name' })).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
    })
  })

  test.each(['as a whole', 'in place', 'anew'])('stay those of what is there: %s', async (how) => {
    await put()
    for (const name of all) if (name !== 'link') chownSync(target(name), 1, 2)
    chownSync(target('d/2'), nobody, nobody)
    if (how === 'in place') write(target('kept'), 'remote')
    for (const name of ['file', 'd/1', 'd/2', 'new']) write(local(name), how)
    if (how === 'anew') {
      rmSync(local('link'))
      symlinkSync('d', local('link'))
    }
    await put({ exclude: ['kept'] })
    expect(['.', 'd', 'd/1', 'file', 'new'].map(ownerOf)).toEqual(Array(5).fill('1:2'))
    expect(ownerOf('d/2')).toBe('65534:65534')
    if (how === 'in place') expect(ownerOf('kept')).toBe('0:0')
  })

  test('leave setuid and setgid bits where they are', async () => {
    chmodSync(local('file'), 0o4755)
    chmodSync(local('d/1'), 0o2711)
    chmodSync(local('d'), 0o2755)
    const options = { owner: 'nobody' }
    await put(options)
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(await put(options)).toMatchObject({ changed: false })
    write(target('kept'), 'remote')
    write(local('d/1'), 'new', 0o2711)
    await put({ ...options, delete: false })
    expect(lstatSync(target('d/1')).mode & 0o7777).toBe(0o2711)
    expect(ownerOf('d/1')).toBe('65534:0')
  })
})

test.each(['', ':', '-R', 'a b', 'a:b:c'])('%j is no owner', async (owner) => {
  await expect(put({ owner })).rejects.toMatchObject({ code: 'E_PUT_OPTIONS' })
})
