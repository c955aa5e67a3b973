import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { onFileHost } from '../testing/on-file-host.ts'
import { ownName } from './names.ts'

let host: Host
let here: string
let there: string
onFileHost((run) => {
  ;({ host, here, there } = run)
})

/** What a get has left, so many days ago. */
function left(age: number, name = ownName()): string {
  mkdirSync(join(here, name))
  writeFileSync(join(here, name, 'file'), 'half', { mode: 0o400 })
  const then = new Date(Date.now() - age * 86_400_000)
  utimesSync(join(here, name), then, then)
  return name
}

test('what killed gets have left goes with a later one into the same directory, and nothing else', async () => {
  const exchanged = ownName()
  const stays = [left(0.5), left(2, exchanged), left(2, `${exchanged}.old`), left(2, '.viridian-mine')]
  left(2)
  left(2, `${ownName()}.old`)
  writeFileSync(join(there, 'file'), 'x')
  await host.get(join(there, 'file'), 'file')
  expect(readdirSync(here).sort()).toEqual([...stays, 'file'].sort())
})

test('a name that is as long as it can be is got', async () => {
  const name = 'n'.repeat(255)
  writeFileSync(join(there, name), 'x')
  await host.get(join(there, name), name)
  expect(existsSync(join(here, name))).toBe(true)
})
