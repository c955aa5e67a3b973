import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ViridianError } from '../../error.ts'
import { treeListing } from '../testing/tree-listing.ts'
import type { Exchange } from './exchange.ts'
import { LocalFiles } from './local-files.ts'
import type { PutOptions, PutResult } from './options.ts'
import { remoteFileError } from './remote-file-error.ts'
import { Upload } from './upload.ts'

/*
 * Trees put on this machine, by shells, programs and users that hosts may have.
 */

const top = mkdtempSync(join(tmpdir(), 'viridian-store-'))
chmodSync(top, 0o711)
afterAll(() => rmSync(top, { recursive: true }))
const isRoot = process.getuid?.() === 0
const nobody = 65534
const { signal } = new AbortController()

let place: string
let commands = 0
beforeEach(() => {
  place = mkdtempSync(join(top, 'place-'))
  mkdirSync(join(place, 'tree'))
  mkdirSync(join(place, 'there'))
  commands = 0
})
const local = (...names: string[]): string => join(place, 'tree', ...names)
const target = (...names: string[]): string => join(place, 'there/tree', ...names)
const write = (file: string, content: string, mode = 0o644): void => {
  writeFileSync(file, content)
  chmodSync(file, mode)
}
/** What tells whether somebody has put another thing in the place of this one, or touched it. */
const identityOf = (file: string): unknown => {
  const { ino, ctimeMs, uid, gid, mode } = lstatSync(file)
  return { ino, ctimeMs, uid, gid, mode }
}

interface Machine {
  readonly shell?: string
  readonly path?: string
  readonly uid?: number
  /** A command that carries out the one behind it. */
  readonly by?: readonly string[]
  /** How many bytes of the archive do not come. */
  readonly lost?: number
  /** Shell commands before each command, or before the first or second one. */
  readonly before?: (command: number) => string
}

function machine({
  shell = '/bin/sh',
  path = '/usr/sbin:/usr/bin:/sbin:/bin',
  uid,
  by = [],
  lost = 0,
  before,
}: Machine): Exchange {
  return async ({ command, input }) => {
    commands += 1
    const script = before ? `{ ${before(commands)}; } || exit; ${command}` : command
    const [program = '', ...words] = [...by, shell, '-c', script]
    const user = uid === undefined ? {} : { uid, gid: uid }
    const child = spawn(program, words, { cwd: place, env: { PATH: path, HOME: top }, ...user })
    const archive = input ? await buffer(Readable.from(input.chunks())) : Buffer.alloc(0)
    const fed = pipeline(Readable.from([archive.subarray(0, archive.length - lost)]), child.stdin).catch(
      () => undefined,
    )
    const [answer, complaints] = await Promise.all([buffer(child.stdout), text(child.stderr), fed])
    if (child.exitCode === null) await once(child, 'exit')
    if (child.exitCode === 0) return answer
    throw remoteFileError(
      new ViridianError('E_COMMAND_FAILED', `failed with ${child.exitCode}: ${complaints}`),
      input ? 'put' : 'get',
    )
  }
}

const put = (options: PutOptions = {}, on: Machine = {}): Promise<PutResult> =>
  new Upload(machine(on), new LocalFiles(place), 'web-1', signal).put(local(), target(), options)

function directoryOf(programs: Readonly<Record<string, string>>): string {
  const bin = mkdtempSync(join(top, 'bin-'))
  chmodSync(bin, 0o755)
  for (const [name, file] of Object.entries(programs)) symlinkSync(file, join(bin, name))
  return bin
}

const system = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
const programFile = (name: string): string =>
  system.map((directory) => join(directory, name)).find(existsSync) ?? `/usr/bin/${name}`
const programs = (names: string): string =>
  directoryOf(Object.fromEntries(names.split(' ').map((name) => [name, programFile(name)])))

const needed =
  'cat cat chmod chown cmp cp find grep gzip ls mkdir mv printf readlink rm sed sh sha256sum sort tar wc xargs true'
const applets = Object.fromEntries([...new Set(needed.split(' '))].map((name) => [name, '/bin/busybox']))

describe.each(['/bin/dash', '/bin/bash', '/bin/busybox', '/bin/zsh', '/bin/mksh'].filter(existsSync))(
  'by %s',
  (shell) => {
    const bin = shell.endsWith('busybox') ? directoryOf(applets) : directoryOf({ sh: shell })
    // As `bash -e` does, which may be what a host is used by.
    // As `bash -e` goes about it, which may be the shell that is chosen.
    const on = {
      shell: join(bin, 'sh'),
      path: shell.endsWith('busybox') ? bin : `${bin}:/usr/bin:/bin`,
      before: () => 'set -e',
    }

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
      expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
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
      expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
    })
  },
)

// A user who is not root, where programs treat them in another way.
const plainUser = (shell = '/bin/sh'): Machine => {
  chmodSync(place, 0o755)
  if (isRoot) chownSync(join(place, 'there'), nobody, nobody)
  const path = shell.endsWith('busybox') ? { path: directoryOf(applets) } : {}
  return { before: () => 'set -e', ...path, ...(isRoot && { uid: nobody }) }
}
const plainShells = ['/bin/sh', '/bin/busybox'].filter(existsSync)

test.each(plainShells)('modes come along for a user who is not root: %s', async (shell) => {
  const on = plainUser(shell)
  mkdirSync(local('d'))
  for (const mode of [0o755, 0o640, 0o600, 0o444, 0o4755, 0o2711, 0o6755])
    write(local(`d/${mode}`), 'x', mode)
  chmodSync(local('d'), 0o711)
  chmodSync(local(), 0o775)
  await put({}, on)
  expect(treeListing(target())).toEqual(treeListing(local()))
  expect(await put({}, on)).toMatchObject({ changed: false })
  write(target('kept'), 'remote')
  for (const mode of [0o755, 0o4755]) write(local(`d/${mode}`), 'new', mode)
  const options = { exclude: ['kept'] }
  expect(await put(options, on)).toMatchObject({ changed: true })
  expect(await put(options, on)).toMatchObject({ changed: false })
})

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
      expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
    }
  })

  test('is not overlooked where the answer breaks off', async () => {
    write(local('file'), 'old')
    await put()
    const cut: Exchange = async (command) => (await machine({})(command)).subarray(0, 20)
    await expect(
      new Upload(cut, new LocalFiles(place), 'web-1', signal).put(local(), target(), {}),
    ).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      message: `web-1: what ${target()} holds was not told to the end`,
    })
  })
})

describe.each(plainShells)('a directory that its owner may not write to: %s', (shell) => {
  let on: Machine
  beforeEach(async () => {
    on = plainUser(shell)
    mkdirSync(local('locked/deep'), { recursive: true })
    for (const name of ['file', 'locked/1', 'locked/2', 'locked/deep/1']) write(local(name), name)
    for (const name of ['locked/deep', 'locked']) chmodSync(local(name), 0o555)
    await put({}, on)
    return () => {
      for (const file of ['.', 'locked', 'locked/deep'].flatMap((name) => [local(name), target(name)]))
        if (existsSync(file)) chmodSync(file, 0o755)
    }
  })
  const expectSame = async (options: PutOptions = {}): Promise<void> => {
    expect(await put(options, on)).toMatchObject({ changed: true })
    expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
    expect(await put(options, on)).toMatchObject({ changed: false })
  }

  test('becomes a usual one', async () => {
    chmodSync(local('locked'), 0o755)
    await expectSame()
    expect(treeListing(target())).toEqual(treeListing(local()))
  })

  test.each(['.', 'locked'])('changes, and what is below it: %s', async (name) => {
    write(local('locked/1'), 'changed')
    chmodSync(local('locked'), 0o755)
    rmSync(local('locked/2'))
    chmodSync(local('locked'), 0o555)
    chmodSync(local(name), 0o555)
    await expectSame()
    write(local('locked/1'), 'changed again')
    await expectSame()
    expect(treeListing(target())).toEqual(treeListing(local()))
  })

  test('changes beside what is kept', async () => {
    chmodSync(target('locked'), 0o755)
    write(target('locked/kept'), 'remote')
    chmodSync(target('locked'), 0o555)
    const { ino } = statSync(target('locked/kept'))
    write(local('locked/deep/1'), 'changed')
    chmodSync(local('locked'), 0o755)
    rmSync(local('locked/2'))
    chmodSync(local('locked'), 0o555)
    await expectSame({ exclude: ['kept'] })
    expect(statSync(target('locked/kept')).ino).toBe(ino)
    expect(readdirSync(target('locked')).sort()).toEqual(['1', 'deep', 'kept'])
    expect(statSync(target('locked')).mode & 0o777).toBe(0o555)
  })

  test('stays, and something in it goes', async () => {
    for (const name of ['locked', 'locked/deep']) chmodSync(local(name), 0o755)
    rmSync(local('locked'), { recursive: true })
    chmodSync(target('locked/deep'), 0o755)
    write(target('locked/deep/kept'), 'remote')
    chmodSync(target('locked/deep'), 0o555)
    await expectSame({ exclude: ['kept'] })
    expect(treeListing(target('locked'))).toEqual({
      '.': '555 directory',
      deep: '555 directory',
      'deep/kept': `644 ${Buffer.from('remote').toString('base64')}`,
    })
    mkdirSync(local('locked/deep'), { recursive: true })
  })

  test('goes, and with it what it holds', async () => {
    chmodSync(local('locked'), 0o755)
    chmodSync(local('locked/deep'), 0o755)
    rmSync(local('locked'), { recursive: true })
    write(target('kept'), 'remote')
    await expectSame({ exclude: ['kept'] })
    expect(readdirSync(target()).sort()).toEqual(['file', 'kept'])
    mkdirSync(local('locked/deep'), { recursive: true })
  })
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
    const here = new Upload(machine({}), new LocalFiles(place), 'web-1', signal)
    for (const content of ['x', 'changed']) {
      write(local(name), content)
      await here.put(local(), join(place, 'there', name), {})
    }
    expect(treeListing(join(place, 'there', name))).toEqual(treeListing(local()))
  })

  test.each(['tar', 'bsdtar'].filter((name) => existsSync(`/usr/bin/${name}`)))(
    'of any language pass %s',
    async (name) => {
      const path = `${directoryOf({ tar: `/usr/bin/${name}` })}:/usr/bin:/bin`
      for (const each of ['ä', '日本語', '深'.repeat(80)]) write(local(each), each)
      symlinkSync('日本語', local('link'))
      await put({}, { path })
      write(local('ä'), 'changed')
      await put({}, { path })
      expect(treeListing(target())).toEqual(treeListing(local()))
    },
  )
})

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

describe.runIf(isRoot)('what is mounted in a tree', () => {
  const by = [programFile('unshare'), '-m']
  const mounted = (name: string): string =>
    `${programFile('mount')} --bind '${join(place, 'shared')}' '${target(name)}'`
  beforeEach(async () => {
    mkdirSync(join(place, 'shared'))
    write(join(place, 'shared/precious'), 'x')
    for (const name of ['data here', 'd']) mkdirSync(local(name))
    for (const name of ['file', 'same']) write(local(name), 'old')
    await put()
    commands = 0
    write(local('file'), 'new')
  })
  const expectUntouched = (): void => {
    expect(readdirSync(join(place, 'shared'))).toEqual(['precious'])
    expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
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
    expect(readdirSync(join(place, 'shared'))).toEqual(['precious'])
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
    expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
  })
})

test.each(['', ':', '-R', 'a b', 'a:b:c'])('%j is no owner', async (owner) => {
  await expect(put({ owner })).rejects.toMatchObject({ code: 'E_PUT_OPTIONS' })
})

test('many who put at once leave one whole tree, and nothing else', async () => {
  write(local('a'), 'x'.repeat(1000))
  mkdirSync(local('sub'))
  write(local('sub', 'b'), 'y')
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 6 }, () => put()))
    expect(treeListing(target())).toEqual(treeListing(local()))
    expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
    write(local('a'), `${round}`)
  }
})

describe.each<[string, PutOptions]>([
  ['as wholes', {}],
  ['in place', { exclude: ['kept'] }],
])('many who put different trees at once, %s', (_, options) => {
  const count = 5
  const treeOf = (run: number): string => join(place, `${run}`)
  const putOf = (run: number, on: Machine = {}): Promise<PutResult> =>
    new Upload(machine(on), new LocalFiles(place), 'web-1', signal).put(treeOf(run), target(), options)

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
      expect(readdirSync(join(place, 'there'))).toEqual(['tree'])
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
    await new Upload(interrupted, new LocalFiles(place), 'web-1', signal).put(treeOf(1), target(), options)
    rmSync(target('kept'), { force: true })
    expect(treeListing(target())).toEqual(treeListing(treeOf(1)))
  })

  test('come to an end where something changes all the while', async () => {
    plant(1, 'old')
    await putOf(1)
    if (options.exclude) write(target('kept'), 'remote')
    plant(1, 'new')
    const on = { before: () => `mkdir '${target('d/passing')}' && rmdir '${target('d/passing')}'` }
    expect(await putOf(1, on)).toMatchObject({ changed: true })
    rmSync(target('kept'), { force: true })
    expect(treeListing(target())).toEqual(treeListing(treeOf(1)))
  })
})
