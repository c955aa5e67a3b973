import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { treeListing } from '../testing/tree-listing.ts'
import { needed, TreePlace, write } from '../testing/tree-place.ts'
import type { Exchange } from './exchange.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, there, target, put, putBy, machine, plainUser, programs } = tree

describe('what is kept', () => {
  test('is left alone with delete: false', async () => {
    write(local('file'), 'old')
    await put()
    mkdirSync(target('uploads'))
    write(target('uploads/1'), 'remote')
    const before = ['.', 'uploads/1'].map((name) => statSync(target(name)).ino)
    write(local('file'), 'new')
    await put({ delete: false })
    expect(['.', 'uploads/1'].map((name) => statSync(target(name)).ino)).toEqual(before)
    expect(readFileSync(target('file'), 'utf8')).toBe('new')
  })

  test('is not removed for a file that would stand in its place', async () => {
    mkdirSync(local('cache'))
    write(local('cache/own'), 'x')
    await put()
    write(target('cache/a.log'), 'remote')
    rmSync(local('cache'), { recursive: true })
    write(local('cache'), 'a file')
    for (const options of [{ exclude: ['*.log'] }, { delete: false }])
      await expect(put(options)).rejects.toMatchObject({
        code: 'E_REMOTE_FILE',
        message: expect.stringContaining(
          `web-1: ${target('cache')} is a directory with something in it that stays`,
        ),
      })
    expect(readdirSync(target('cache'))).toEqual(['a.log', 'own'])
  })

  test('may be what the user cannot read; anything else may not', async () => {
    const on = plainUser()
    write(local('file'), 'old')
    await put({}, on)
    mkdirSync(target('closed'))
    write(target('closed/some'), 'remote')
    chmodSync(target('closed'), 0)
    const { ino } = statSync(target('closed'))
    write(local('file'), 'new')
    try {
      expect(await put({ exclude: ['closed'] }, on)).toMatchObject({ changed: true })
      expect(statSync(target('closed')).ino).toBe(ino)
      await expect(put({}, on)).rejects.toMatchObject({
        code: 'E_REMOTE_FILE',
        message: expect.stringContaining(`${target('closed')} cannot be looked into`),
      })
    } finally {
      chmodSync(target('closed'), 0o755)
    }
    expect(readFileSync(target('closed/some'), 'utf8')).toBe('remote')
  })

  test('does not vanish where a program is missing', async () => {
    write(local('file'), 'old')
    await put()
    write(target('kept'), 'remote')
    write(local('file'), 'new')
    const before = treeListing(target())
    for (const [missing, hint] of [
      ['find', 'findutils'],
      ['printf', 'coreutils'],
      ['xargs', 'findutils'],
    ] as const) {
      const path = programs(needed.replace(`${missing} `, ''))
      await expect(put({ exclude: ['kept'] }, { path })).rejects.toMatchObject({
        code: 'E_REMOTE_FILE',
        hint: expect.stringContaining(hint),
      })
      expect(treeListing(target())).toEqual(before)
      expect(readdirSync(there())).toEqual(['tree'])
    }
  })

  test('is not overlooked where the answer breaks off', async () => {
    write(local('file'), 'old')
    await put()
    const cut: Exchange = async (command) => (await machine({})(command)).subarray(0, 20)
    await expect(putBy(cut)).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: `web-1: what ${target()} holds was not told to the end`,
    })
  })
})

describe('an archive that does not come whole', () => {
  const lost = Array.from({ length: 8 }, (_, index) => (index + 3) * 512)

  test.each(lost)('changes nothing, without its last %i bytes', async (bytes) => {
    for (const name of ['a', 'b', 'c', 'd']) write(local(name), 'old')
    await put()
    const before = treeListing(target())
    for (const name of ['a', 'b', 'c', 'd']) write(local(name), 'new')
    await expect(put({}, { lost: bytes })).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
    write(local('b'), 'old')
    await expect(put({ delete: false }, { lost: bytes })).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
    expect(treeListing(target())).toEqual(before)
    expect(readdirSync(there())).toEqual(['tree'])
  })
})
