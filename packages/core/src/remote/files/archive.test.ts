import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { headerOf } from './archive.ts'
import type { TreeEntry } from './tree.ts'

const entry: TreeEntry = { path: 'f', kind: 'file', mode: 0o640, size: 0, mtime: new Date(0), target: '' }

/** What tar says of an archive that ends after its first header. */
const told = (header: Buffer): string =>
  execFileSync('sh', ['-c', 'tar --full-time -tvf - 2>/dev/null || true'], {
    input: header,
    encoding: 'utf8',
  })

test('a file above 8 GiB has its whole size', () => {
  const size = 9 * 1024 ** 3 + 1
  expect(told(headerOf({ ...entry, size }))).toContain(` ${size} `)
})

test('names of any length and alphabet are whole', () => {
  const path = `${'深'.repeat(80)}/${'x'.repeat(200)}`
  const target = 'ä'.repeat(120)
  const [archive] = [headerOf({ ...entry, path, kind: 'link', target })]
  expect(
    execFileSync('tar', ['--quoting-style=literal', '-tvf', '-'], {
      input: Buffer.concat([archive, Buffer.alloc(1024)]),
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    }),
  ).toContain(`./${path} -> ${target}`)
})
