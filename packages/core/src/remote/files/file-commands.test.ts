import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
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
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { quote } from '../command/quote.ts'
import { digestFile, fileExists, plainly, readAny, readFile, settleFile, storeFile } from './file-commands.ts'

const top = mkdtempSync(join(tmpdir(), 'viridian-file-'))
afterAll(() => rmSync(top, { recursive: true }))
let place: string
beforeEach(() => {
  place = mkdtempSync(join(top, 'place-'))
})

test('are plain shell', () => {
  expect(readFile('~/x y')).toBe(`${plainly}; cat ~/'x y'`)
  expect(fileExists('-f')).toBe('test -e ./-f && echo yes || echo no')
  expect(settleFile('/srv/a b', { mode: 0o640, owner: 'web:web' })).toBe(
    `${plainly}; t='/srv/a b'; : && chown web:web "$t" && chmod 640 "$t"`,
  )
})

const shells = ['/bin/dash', '/bin/bash', '/bin/busybox', '/bin/zsh'].filter(existsSync)

describe.each(shells)('by %s', (shell) => {
  // Some shells behave as sh only by its name.
  const bin = mkdtempSync(join(top, 'bin-'))
  symlinkSync(shell, join(bin, 'sh'))
  const sh = (command: string, input: string | Buffer = ''): string => {
    const { status, stdout, stderr, error } = spawnSync(join(bin, 'sh'), ['-c', command], {
      cwd: place,
      input,
      encoding: 'utf8',
      timeout: 10_000,
    })
    // A shell that refuses may end before its input has reached it (EPIPE), and what counts is what it says.
    if (status !== 0) throw new Error(stderr, { cause: error })
    return stdout
  }
  const modeOf = (name: string): number => statSync(join(place, name)).mode & 0o7777

  test('a file is stored whole, or not at all', () => {
    writeFileSync(join(place, 'file'), 'old', { mode: 0o600 })
    const store = storeFile({ path: 'file', size: 5, mode: 0o755, token: 't' })
    expect(() => sh(store, 'cut')).toThrow()
    expect(() => sh(store, 'longer')).toThrow()
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('old')
    expect(sh(store, 'whole')).toBe('')
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('whole')
    expect(modeOf('file')).toBe(0o755)
    expect(readdirSync(place)).toEqual(['file'])
  })

  test('a file that is the same already is left as it is, but for its mode', () => {
    writeFileSync(join(place, 'file'), 'whole', { mode: 0o600 })
    const { ino } = statSync(join(place, 'file'))
    expect(sh(storeFile({ path: 'file', size: 5, mode: 0o640, token: 't' }), 'whole')).toBe('same\n')
    expect([statSync(join(place, 'file')).ino, modeOf('file')]).toEqual([ino, 0o640])
    expect(readdirSync(place)).toEqual(['file'])
  })

  test('a file whose mode nobody states keeps it, or gets the usual one', () => {
    const store = (path: string) => storeFile({ path, size: 1, token: 't' })
    sh(store('new'), '1')
    expect(modeOf('new')).toBe(0o644)
    for (const mode of [0o600, 0o751, 0o440, 0o2644, 0o1644, 0o4755, 0o2711, 0o1777]) {
      writeFileSync(join(place, `${mode}`), 'old')
      chmodSync(join(place, `${mode}`), mode)
      sh(store(`${mode}`), '1')
      expect([mode, modeOf(`${mode}`)]).toEqual([mode, mode])
    }
  })

  test('a name may be as long as names can be', () => {
    const path = 'x'.repeat(255)
    expect(sh(storeFile({ path, size: 1, token: '.t' }), '1')).toBe('')
    expect(readdirSync(place)).toEqual([path])
  })

  test('a link is replaced, and not what it points to', () => {
    writeFileSync(join(place, 'target'), 'whole')
    symlinkSync('target', join(place, 'link'))
    expect(sh(storeFile({ path: 'link', size: 5, token: 't' }), 'whole')).toBe('')
    expect(readdirSync(place, { withFileTypes: true }).every((entry) => entry.isFile())).toBe(true)
  })

  test('pipes and devices are neither replaced nor read, and nobody waits for them', () => {
    execFileSync('mkfifo', [join(place, 'pipe')])
    symlinkSync('/dev/null', join(place, 'link'))
    const store = (path: string) => storeFile({ path, size: 1, token: 't' })
    const isNone = /is a pipe, a socket or a device/
    // No device: a script that replaced it would take it from all of this machine.
    expect(() => sh(store('pipe'), '1')).toThrow(isNone)
    for (const path of ['pipe', '/dev/zero', 'link']) expect(() => sh(readAny(path))).toThrow(isNone)
    sh(store('link'), '1')
    expect(readdirSync(place).sort()).toEqual(['link', 'pipe'])
    expect([statSync(join(place, 'pipe')).isFIFO(), readFileSync(join(place, 'link'), 'utf8')]).toEqual([
      true,
      '1',
    ])
  })

  test('a file that changes while it is read is told of, and one that becomes shorter has failed', () => {
    const programs = mkdtempSync(join(top, 'programs-'))
    writeFileSync(join(programs, 'cat'), '#!/bin/sh\n/bin/cat "$@"; eval "$AFTER"\n', { mode: 0o755 })
    const read = (after: string): string => {
      writeFileSync(join(place, 'file'), '12')
      return sh(`exec 2>&1; export PATH="${programs}:$PATH" AFTER=${quote(after)}; ${readAny('file')}`)
    }
    const whole = '-rw-r--r--\n12'
    for (const after of [':', 'mv file old; : >file', 'rm file']) expect(read(after)).toBe(whole)
    expect(read('echo 3 >>file')).toBe(`${whole}get: file was written to while it was read\n`)
    expect(() => read(': >file')).toThrow()
  })

  test('names that shells and programs could take for something else pass', () => {
    for (const name of ['-rf', 'a b', "it's", '$HOME', 'ä\nö', '*', 'a\\b', ';true']) {
      expect(sh(storeFile({ path: name, size: 1, token: 't' }), '1')).toBe('')
      expect(sh(digestFile(name, 1))).toContain(
        '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b',
      )
      expect(sh(settleFile(name, { mode: 0o600 }))).toBe('')
      expect([readFileSync(join(place, name), 'utf8'), modeOf(name)]).toEqual(['1', 0o600])
      expect([sh(readFile(name)), sh(readAny(name))]).toEqual(['1', '-rw-------\n1'])
    }
  })

  test('a digest is told of a file of the right size alone', () => {
    writeFileSync(join(place, 'file'), '12')
    mkdirSync(join(place, 'directory'))
    symlinkSync('file', join(place, 'link'))
    expect([sh(digestFile('file', 3)), sh(digestFile('none', 3))]).toEqual(['', ''])
    expect([sh(digestFile('directory', 2)), sh(digestFile('link', 2))]).toEqual(['', ''])
  })
})
