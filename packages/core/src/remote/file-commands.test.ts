import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileExists, readFile, storeDirectory, storeFile } from './file-commands.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-file-'))
afterAll(() => rmSync(place, { recursive: true }))
const sh = (command: string, input: string): string =>
  execFileSync('/bin/sh', ['-c', command], {
    cwd: place,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  })

test('are plain shell', () => {
  expect(storeFile({ path: '/srv/a b', size: 3, mode: 0o644, token: 't1' })).toBe(
    [
      `[ ! -d '/srv/a b' ] || { echo '/srv/a b is a directory: end the path with / to put a file into it' >&2; exit 1; }`,
      'umask 077',
      `cat >'/srv/a b.t1' && [ "$(wc -c <'/srv/a b.t1')" -eq 3 ] && chmod 644 '/srv/a b.t1' && mv -f '/srv/a b.t1' '/srv/a b' || { c=$?; rm -f '/srv/a b.t1'; exit $c; }`,
    ].join('; '),
  )
  expect(storeDirectory({ path: '/srv/web', token: 't1' })).toBe(
    'mkdir /srv/web.t1 && tar -xpof - -C /srv/web.t1 && { [ ! -e /srv/web ] || mv /srv/web /srv/web.t1.old; } && mv /srv/web.t1 /srv/web && rm -rf /srv/web.t1.old || { c=$?; rm -rf /srv/web.t1; exit $c; }',
  )
  expect([readFile('~/x y'), fileExists('-f')]).toEqual(["cat ~/'x y'", 'test -e ./-f'])
})

test('a file is stored whole, or not at all', () => {
  writeFileSync(join(place, 'file'), 'old', { mode: 0o600 })
  const store = storeFile({ path: 'file', size: 5, mode: 0o755, token: 't' })
  expect(() => sh(store, 'cut')).toThrow()
  expect(readFileSync(join(place, 'file'), 'utf8')).toBe('old')
  sh(store, 'whole')
  expect(readFileSync(join(place, 'file'), 'utf8')).toBe('whole')
  expect(statSync(join(place, 'file')).mode & 0o777).toBe(0o755)
  expect(readdirSync(place)).toEqual(['file'])
})

test('a directory whose archive is cut short is not put in place', () => {
  expect(() => sh(storeDirectory({ path: 'tree', token: 't' }), 'no archive')).toThrow()
  expect(readdirSync(place)).toEqual(['file'])
})
