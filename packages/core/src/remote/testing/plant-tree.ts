import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A tree with some of everything. */
export function plantTree(tree: string): void {
  mkdirSync(join(tree, 'empty/deep'), { recursive: true })
  mkdirSync(join(tree, '.hidden'))
  mkdirSync(join(tree, 'private'), { mode: 0o700 })
  writeFileSync(join(tree, '.hidden/run me'), '#!/bin/sh\n')
  chmodSync(join(tree, '.hidden/run me'), 0o755)
  writeFileSync(join(tree, 'private/key'), 'secret', { mode: 0o600 })
  writeFileSync(join(tree, 'nothing'), '')
  const names = [
    '-rf',
    '@at',
    'line\nend',
    'tab\t',
    'ä ö',
    '日本語',
    '\\back',
    '$HOME',
    "it's",
    '*',
    'x'.repeat(200),
  ]
  for (const name of names) writeFileSync(join(tree, name), name)
  mkdirSync(join(tree, '-d', '深'.repeat(60), 'y'.repeat(120)), { recursive: true })
  writeFileSync(join(tree, '-d', '深'.repeat(60), 'y'.repeat(120), 'file'), 'far down')
  symlinkSync('.hidden/run me', join(tree, 'link'))
  symlinkSync('/no/such/file', join(tree, 'dangling'))
  symlinkSync('../outside\nof it', join(tree, 'odd'))
  symlinkSync('.hidden', join(tree, 'to-directory'))
  chmodSync(tree, 0o750)
}
