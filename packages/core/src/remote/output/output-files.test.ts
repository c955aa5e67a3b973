import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Mask } from '../../events/mask.ts'
import { OutputFiles } from './output-files.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-output-'))
afterAll(() => rmSync(place, { recursive: true }))

const secret = 'correct-horse-battery'
const mask = new Mask()
mask.add(secret)

test('hold what was said, by lines, in files of their own that nobody else can read', () => {
  const directory = join(place, 'run')
  const open = (host?: string) =>
    new OutputFiles({ directory, mask: (text) => mask.text(text), cuts: mask }).open(host)
  const files = [open('web-1'), open('web-1'), open('../odd name'), open()]
  const [file] = files
  file?.add('stdout', Buffer.from('one\ntw'))
  file?.add('stderr', Buffer.from('an error\n'))
  file?.add('stdout', Buffer.from('oé\n').subarray(0, 2))
  file?.add('stdout', Buffer.from('oé\nlast').subarray(2))
  for (const each of files) each.end()
  expect(readdirSync(directory).sort()).toEqual([
    '.._odd_name-1.log',
    'local-1.log',
    'web-1-1.log',
    'web-1-2.log',
  ])
  expect(readFileSync(join(directory, 'web-1-1.log'), 'utf8')).toBe('one\nan error\ntwoé\nlast')
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, 'web-1-1.log')).mode & 0o777).toBe(0o600)
})

test('hold no secret, however it comes', () => {
  const files = new OutputFiles({ directory: place, mask: (text) => mask.text(text), cuts: mask })
  const file = files.open('cut')
  const lined = `a ${secret}\n`.repeat(1_000)
  const endless = `.${secret}`.repeat(10_000)
  const all = Buffer.from(lined + endless)
  for (let start = 0; start < all.length; start += 1_001)
    file.add('stdout', all.subarray(start, start + 1_001))
  file.end()
  expect(readFileSync(file.path, 'utf8')).toBe(mask.text(lined + endless))
})

test('that cannot be written say where', () => {
  const directory = join(place, 'a-file', 'run')
  writeFileSync(join(place, 'a-file'), '')
  expect(() => new OutputFiles({ directory, mask: (text) => text }).open('web-1')).toThrow(
    expect.objectContaining({ code: 'E_OUTPUT_FILE', place: { file: directory } }),
  )
})
