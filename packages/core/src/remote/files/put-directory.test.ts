import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { plantTree } from '../testing/plant-tree.ts'
import { treeListing } from '../testing/tree-listing.ts'

let at: FileHost
let host: Host
let here: string
let there: string
onFileHost((run) => {
  ;({ at, host, here, there } = run)
})

const sizeOfBulk = 4_000_000

describe('a directory', () => {
  beforeEach(() => plantTree(join(here, 'tree')))
  const local = (...names: string[]): string => join(here, 'tree', ...names)
  const target = (...names: string[]): string => join(there, 'tree', ...names)
  const expectSame = (): void => {
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(readdirSync(there)).toEqual(['tree'])
  }

  test('arrives as it is, with all kinds of names, modes and links', async () => {
    expect(await host.put('tree', target())).toMatchObject({ changed: true })
    expectSame()
    expect(at.commands).toEqual([`put tree ${target()}`])
    expect(statSync(target('nothing')).mtime).toEqual(
      new Date(Math.floor(statSync(local('nothing')).mtimeMs / 1000) * 1000),
    )
  })

  test('that is there already is left alone', async () => {
    await host.put('tree', target())
    const { ino } = statSync(target())
    expect(await host.put('tree', target())).toEqual({ changed: false, sent: 0 })
    expect(statSync(target()).ino).toBe(ino)
  })

  test.each<[string, () => void]>([
    ['content', () => writeFileSync(local('-d/some'), 'new')],
    ['content of the same size', () => writeFileSync(local('@at'), '@AT')],
    ['a mode', () => chmodSync(local('.hidden/run me'), 0o700)],
    ['the mode of a directory', () => chmodSync(local('private'), 0o755)],
    ['the mode of the top', () => chmodSync(local(), 0o711)],
    [
      'a link',
      () => {
        rmSync(local('link'))
        symlinkSync('nothing', local('link'))
      },
    ],
    ['a file that went', () => rmSync(local('line\nend'))],
    ['a directory that went', () => rmSync(local('-d'), { recursive: true })],
    ['an empty directory that came', () => mkdirSync(local('empty/other'))],
    [
      'a file in place of a directory',
      () => {
        rmSync(local('-d'), { recursive: true })
        writeFileSync(local('-d'), 'file now')
      },
    ],
    [
      'a directory in place of a file',
      () => {
        rmSync(local('nothing'))
        mkdirSync(local('nothing'))
        writeFileSync(local('nothing/some'), 'x')
      },
    ],
    [
      'a directory in place of a link to one',
      () => {
        rmSync(local('to-directory'))
        mkdirSync(local('to-directory'))
        writeFileSync(local('to-directory/run me'), 'other')
      },
    ],
  ])('is brought up to date: %s', async (_, change) => {
    await host.put('tree', target())
    change()
    expect(await host.put('tree', target())).toMatchObject({ changed: true })
    expectSame()
    expect(await host.put('tree', target())).toMatchObject({ changed: false })
  })

  test('sends only what has changed', async () => {
    mkdirSync(local('many'))
    for (let index = 0; index < 2_000; index += 1)
      writeFileSync(local('many', `${index}`), `${index}`.repeat(500))
    writeFileSync(local('bulk'), randomBytes(sizeOfBulk))
    const first = await host.put('tree', target())
    expect(first.sent).toBeGreaterThan(sizeOfBulk)
    const before = at.wire.sent
    writeFileSync(local('many/1000'), 'changed')
    const second = await host.put('tree', target())
    expect(second).toMatchObject({ changed: true, sent: expect.any(Number) })
    expect(second.sent).toBeLessThan(8_000)
    // The commands themselves are the rest.
    expect(at.wire.sent - before).toBeLessThan(24_000)
    expectSame()
  })

  test('leaves out what is excluded, on both sides', async () => {
    mkdirSync(local('logs/old'), { recursive: true })
    writeFileSync(local('logs/old/a.log'), 'local')
    writeFileSync(local('private/b.log'), 'local')
    const exclude = ['*.log', 'logs/old', '/-d/**']
    await host.put('tree', target(), { exclude })
    expect(existsSync(target('private/b.log'))).toBe(false)
    expect(readdirSync(target('logs'))).toEqual([])
    expect(readdirSync(target('-d'))).toEqual([])
    writeFileSync(target('private/b.log'), 'remote')
    mkdirSync(target('own/deep'), { recursive: true })
    writeFileSync(target('own/deep/c.log'), 'remote')
    writeFileSync(target('own/deep/rest'), 'remote')
    writeFileSync(local('nothing'), 'something')
    await host.put('tree', target(), { exclude })
    expect(readFileSync(target('nothing'), 'utf8')).toBe('something')
    expect(readFileSync(target('private/b.log'), 'utf8')).toBe('remote')
    expect(readdirSync(target('own/deep'))).toEqual(['c.log'])
  })

  test('leaves out where the run itself is on record, on both sides', async () => {
    const state = (top: string): string => join(top, '.tasks/runs')
    for (const top of [here, target()]) mkdirSync(state(top), { recursive: true })
    writeFileSync(join(state(target()), 'journal'), 'of a run there')
    writeFileSync(join(state(here), 'journal'), 'of a run here')
    expect(await host.put('.', target())).toMatchObject({ changed: true })
    expect(treeListing(target('tree'))).toEqual(treeListing(local()))
    expect(readFileSync(join(state(target()), 'journal'), 'utf8')).toBe('of a run there')
    expect(await host.put('.', target())).toMatchObject({ changed: false })
  })

  test('leaves what is only there when it is told to', async () => {
    await host.put('tree', target())
    writeFileSync(target('upload'), 'remote')
    writeFileSync(local('new'), 'local')
    await host.put('tree', target(), { delete: false })
    expect([readFileSync(target('upload'), 'utf8'), readFileSync(target('new'), 'utf8')]).toEqual([
      'remote',
      'local',
    ])
    await host.put('tree', target())
    expectSame()
  })

  test('follows links when it is told to', async () => {
    rmSync(local('dangling'))
    rmSync(local('odd'))
    await host.put('tree', target(), { followLinks: true })
    expect(readFileSync(target('to-directory/run me'), 'utf8')).toBe('#!/bin/sh\n')
    expect(statSync(target('link')).isFile()).toBe(true)
    symlinkSync('.', local('round'))
    await expect(host.put('tree', target(), { followLinks: true })).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringContaining('leads back'),
    })
  })

  test('travels compressed when it is told to', async () => {
    writeFileSync(local('bulk'), 'text '.repeat(200_000))
    const { sent } = await host.put('tree', target(), { compress: true })
    expect(sent).toBeLessThan(100_000)
    expectSame()
  })

  test('goes where a link points, and the link stays', async () => {
    mkdirSync(join(there, 'releases/1'), { recursive: true })
    symlinkSync('releases/1', join(there, 'current'))
    await host.put('tree', join(there, 'current'))
    expect(treeListing(join(there, 'releases/1'))).toEqual(treeListing(local()))
    expect(readdirSync(there).sort()).toEqual(['current', 'releases'])
  })

  test('goes into the directory of the context, or in its place', async () => {
    await host.cd(there).put('tree', './')
    expectSame()
    writeFileSync(local('new'), 'x')
    await host.cd(there).cd('tree').put('tree', '.')
    expectSame()
  })

  test('does not take the place of home, of a file, or of a link that leads nowhere', async () => {
    writeFileSync(join(there, 'file'), 'x')
    symlinkSync('nowhere', join(there, 'link'))
    for (const path of ['~', '/.', '~/.'])
      await expect(host.put('tree', path)).rejects.toMatchObject({
        code: 'E_REMOTE_FILE',
      })
    for (const name of ['file', 'link'])
      await expect(host.put('tree', join(there, name))).rejects.toMatchObject({
        code: 'E_REMOTE_FILE',
        message: expect.stringContaining(`${join(there, name)} is no directory`),
        hint: expect.stringContaining('remove that there first'),
      })
  })

  test('goes to many hosts at once, read once', async () => {
    writeFileSync(local('bulk'), randomBytes(300_000))
    const hosts = Array.from({ length: 20 }, (_, index) => at.hostNamed(`web-${index}`))
    await Promise.all(hosts.map((each) => each.put('tree', join(there, each.name))))
    for (const each of hosts) expect(treeListing(join(there, each.name))).toEqual(treeListing(local()))
    expect(readdirSync(there)).toHaveLength(20)
  })

  test('says which link points nowhere, and where to look for what is not there', async () => {
    await expect(host.put('tree', target(), { followLinks: true, exclude: ['odd'] })).rejects.toMatchObject({
      message: expect.stringMatching(/dangling points to what cannot be read: \/no\/such\/file$/),
      place: { file: local('dangling') },
    })
    await expect(host.put('none', target())).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      hint: expect.stringMatching(/^is the path right\?/),
    })
    writeFileSync(local('file'), 'x')
    await expect(host.put('tree/file/inside', target())).rejects.toMatchObject({
      hint: 'something in this path is no directory',
    })
  })

  test('is told what is wrong with it', async () => {
    await expect(host.put('tree', target(), { mode: 0o600 })).rejects.toMatchObject({ code: 'E_PUT_OPTIONS' })
    await expect(host.put('none', target())).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
    writeFileSync(Buffer.concat([Buffer.from(`${local()}/bad`), Buffer.from([0xff])]), 'x')
    await expect(host.put('tree', target())).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringMatching(/^the name of \/.*\/bad\\xff is not UTF-8$/),
      hint: 'rename it, or leave it out: exclude',
    })
    await host.put('tree', target(), { exclude: ['bad*'] })
    symlinkSync(Buffer.from('gr\xfc\xdfe', 'latin1'), local('stray'))
    await expect(host.put('tree', target(), { exclude: ['bad*'] })).rejects.toMatchObject({
      code: 'E_LOCAL_FILE',
      message: expect.stringMatching(/\/stray points to gr\\xfc\\xdfe, which is not UTF-8$/),
    })
  })
})
