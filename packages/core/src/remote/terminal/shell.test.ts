import { expect, test } from 'vitest'
import { shellLine } from './shell.ts'

test('a plain shell is the login’s own', () => {
  expect(shellLine({ env: {} }, undefined)).toBeUndefined()
})

test('a shell in a context enters it first, and sudo may ask', () => {
  const own = `case $SHELL in *nologin|*false|"") SHELL=/bin/sh; esac; exec "$SHELL" -l`
  expect(shellLine({ env: {}, directory: '/srv' }, undefined)).toBe(`exec sh -c 'cd /srv || exit; ${own}'`)
  expect(shellLine({ env: { A: 'b c' }, user: 'db' }, 'psql')).toBe(
    `exec sudo -u db sh -c 'export A='\\''b c'\\''; psql'`,
  )
})
