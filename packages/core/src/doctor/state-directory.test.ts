import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { directoryFindings, roomFinding } from './state-directory.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-state-'))
afterAll(() => rmSync(place, { recursive: true }))

const withMode = (mode: number): string => {
  const directory = join(place, mode.toString(8))
  mkdirSync(directory)
  chmodSync(directory, mode)
  return directory
}

it.each([
  [0o700, 'ok', /private/],
  [0o755, 'warning', /look into/],
  [0o770, 'problem', /write to/],
  [0o777, 'problem', /write to/],
])('a directory of mode %o is a matter of %s', (mode, verdict, says) => {
  const hint = verdict === 'ok' ? {} : { hint: expect.stringMatching('^chmod go= /') }
  expect(directoryFindings(withMode(mode))).toEqual([
    expect.objectContaining({ verdict, says: expect.stringMatching(says), ...hint }),
  ])
})

it('a directory that is not there yet is well where it can be made', () => {
  expect(directoryFindings(join(place, 'none/.tasks'))).toEqual([
    { verdict: 'ok', says: 'no .tasks yet: the first run makes it' },
  ])
})

it('a file in its place is a problem', () => {
  writeFileSync(join(place, 'file'), '')
  expect(directoryFindings(join(place, 'file'))).toMatchObject([
    { verdict: 'problem', says: 'file is no directory' },
  ])
})

it.runIf(process.getuid?.() !== 0)(
  'one that cannot be written to is a problem, with the command that mends it',
  () => {
    expect(directoryFindings(withMode(0o500))).toMatchObject([
      { verdict: 'problem', hint: expect.stringMatching('^chmod u\\+rwx /') },
    ])
  },
)

it('room that gets scarce is told before it is gone', () => {
  const mega = 1024 * 1024
  expect(roomFinding(3 * 1024 * mega, place)).toEqual({ verdict: 'ok', says: '3 GB free' })
  expect(roomFinding(100 * mega, place)).toMatchObject({
    verdict: 'warning',
    says: expect.stringMatching('^100 MB free'),
  })
  expect(roomFinding(3 * mega, place)).toMatchObject({
    verdict: 'problem',
    hint: expect.stringMatching('^make room'),
  })
})
