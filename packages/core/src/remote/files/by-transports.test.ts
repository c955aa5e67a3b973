import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import type { FileHost } from '../testing/file-host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { transportNames } from '../testing/transports.ts'

describe.each(transportNames)('by %s, files', (transport) => {
  let at: FileHost
  let host: Host
  let here: string
  let there: string
  onFileHost((run) => {
    ;({ at, host, here, there } = run)
  }, transport)
  const remotePath = (name: string): string => join(there, name)

  test('are put with their mode, as a whole', async () => {
    const content = randomBytes(3_000_000)
    writeFileSync(join(here, 'tool'), content)
    chmodSync(join(here, 'tool'), 0o750)
    await host.put('tool', remotePath('tool'))
    expect(readFileSync(remotePath('tool')).equals(content)).toBe(true)
    expect(statSync(remotePath('tool')).mode & 0o777).toBe(0o750)
    writeFileSync(join(here, 'tool'), '')
    await host.cd(dirname(there)).put(join(here, 'tool'), `${basename(there)}/`)
    expect(readFileSync(remotePath('tool'), 'utf8')).toBe('')
    expect(readdirSync(there)).toEqual(['tool'])
    expect(at.commands).toEqual([
      `put tool ${remotePath('tool')}`,
      `cd ${dirname(there)} && put ${join(here, 'tool')} ${basename(there)}/`,
    ])
  })

  test('are written, read and looked for', async () => {
    const inside = host.cd(there)
    await inside.write("it's.txt", 'grüße\n', { mode: 0o600 })
    expect(await inside.read("it's.txt")).toBe('grüße\n')
    expect(statSync(remotePath("it's.txt")).mode & 0o777).toBe(0o600)
    await inside.write("it's.txt", Buffer.alloc(0))
    expect([await inside.exists("it's.txt"), await inside.exists('none')]).toEqual([true, false])
    expect(statSync(remotePath("it's.txt"))).toMatchObject({ size: 0 })
    await host.write('~/in-home', 'x')
    expect(readFileSync(join(at.sshd.directory, 'in-home'), 'utf8')).toBe('x')
    await expect(inside.read('none')).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
  })

  test('are not put over a directory, and leave nothing when they fail', async () => {
    mkdirSync(remotePath('directory'))
    await expect(host.write(remotePath('directory'), 'x')).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: expect.stringContaining('end the path with /'),
    })
    await expect(host.write(remotePath('nowhere/file'), 'x')).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
    })
    expect(readdirSync(remotePath('directory'))).toEqual([])
    await expect(host.put('no-such-file', remotePath('x'))).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
  })

  test('are got as a whole, or not at all', async () => {
    const content = randomBytes(2_000_000)
    writeFileSync(remotePath('big'), content)
    await host.get(remotePath('big'), 'copy')
    expect(readFileSync(join(here, 'copy')).equals(content)).toBe(true)
    await expect(host.get(remotePath('none'), 'copy')).rejects.toMatchObject({ code: 'E_REMOTE_FILE' })
    expect(readFileSync(join(here, 'copy')).equals(content)).toBe(true)
    expect(readdirSync(here).filter((name) => name.startsWith('copy'))).toEqual(['copy'])
  })

  test('come as directories too: hidden ones, modes and links kept, the old one replaced', async () => {
    const tree = join(here, 'tree')
    mkdirSync(join(tree, '.hidden'), { recursive: true })
    writeFileSync(join(tree, '.hidden/run me'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(join(tree, 'empty'), '')
    symlinkSync('.hidden/run me', join(tree, 'link'))
    mkdirSync(remotePath('tree'))
    writeFileSync(remotePath('tree/old'), '')
    await host.put('tree', `${there}/`)
    expect(readdirSync(remotePath('tree')).sort()).toEqual(['.hidden', 'empty', 'link'])
    expect(statSync(remotePath('tree/.hidden/run me')).mode & 0o777).toBe(0o755)
    expect(readFileSync(remotePath('tree/link'), 'utf8')).toBe('#!/bin/sh\n')
    expect(readdirSync(there).filter((name) => name.includes('viridian'))).toEqual([])
  })
})
