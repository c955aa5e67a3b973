import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { needed, programFile, TreePlace, write } from '../testing/tree-place.ts'
import { digestFile } from './file-commands.ts'

const tree = new TreePlace()
beforeEach(() => tree.renew())
afterAll(() => tree.remove())
const { local, target, put, machine, programs } = tree

const system = Object.fromEntries(needed.split(' ').map((name) => [name, programFile(name)]))
// Until its third release, it wrote names as they are.
const old = `#!/bin/sh
shift 3; [ $# -gt 0 ] || exec ${programFile('sha256sum')}
for file; do printf '%s *%s\\n' "$(${programFile('sha256sum')} <"$file" | cut -c1-64)" "$file"; done`
const oldOpenssl = join(mkdtempSync(join(tmpdir(), 'viridian-openssl-')), 'openssl')
write(oldOpenssl, old, 0o755)
afterAll(() => rmSync(dirname(oldOpenssl), { recursive: true }))
const large = 'x'.repeat(9 * 1024 * 1024)

describe.each([
  ['openssl', { openssl: programFile('openssl') }],
  ['an old openssl', { openssl: oldOpenssl, cut: programFile('cut') }],
  ['an openssl that does not work', { openssl: '/bin/false' }],
  ['no openssl', {}],
])('on a host with %s, of much,', (_, more) => {
  beforeEach(() => {
    write(local('large'), large)
    for (const name of ['a', 'b', 'line\nend', 'back\\slash']) write(local(name), 'old')
  })

  test('what has changed is sent, and no more', async () => {
    const on = { path: programs({ ...system, ...more }) }
    await put({}, on)
    expect(await put({}, on)).toEqual({ changed: false, sent: 0 })
    write(local('a'), 'new')
    const second = await put({}, on)
    expect(second.changed).toBe(true)
    expect(second.sent).toBeLessThan(8_000)
  })

  test('a file is not taken for what a name says of it', async () => {
    const on = { path: programs({ ...system, ...more }) }
    const digest = createHash('sha256').update('new').digest('hex')
    mkdirSync(local(`x\n${digest} *.`))
    // Some of them are looked at before that directory.
    const names = Array.from({ length: 20 }, (_, index) => `${index}`)
    for (const name of names) write(local(`x\n${digest} *.`, name), 'any')
    for (const name of names) write(local(name), 'old')
    await put({}, on)
    for (const name of names) write(local(name), 'new')
    await put({}, on)
    expect(new Set(names.map((name) => readFileSync(target(name), 'utf8')))).toEqual(new Set(['new']))
  })

  test('a single file has its digest', async () => {
    const on = machine({ path: programs({ ...system, ...more }) })
    const answer = await on({ command: digestFile(local('large'), large.length) })
    expect(answer.toString()).toContain(createHash('sha256').update(large).digest('hex'))
  })
})

test('on a host with openssl alone, of little, what has changed is sent, and no more', async () => {
  const { sha256sum, ...others } = system
  const on = { path: programs({ ...others, openssl: programFile('openssl') }) }
  for (const name of ['a', 'b']) write(local(name), 'x'.repeat(100_000))
  await put({}, on)
  expect(await put({}, on)).toEqual({ changed: false, sent: 0 })
  const digest = createHash('sha256').update('new').digest('hex')
  write(local(`x\n${digest} *.`), 'any')
  write(local('a'), 'new')
  expect((await put({}, on)).sent).toBeLessThan(8_000)
  expect(readFileSync(target('a'), 'utf8')).toBe('new')
})
