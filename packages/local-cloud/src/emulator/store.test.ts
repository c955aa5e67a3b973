import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DamagedRecords, openStore } from './store.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'viridian-store-'))
  file = join(directory, 'records.json')
})
afterEach(() => rmSync(directory, { recursive: true }))

const written = (): unknown => JSON.parse(readFileSync(file, 'utf8'))

test('records that cannot be written are written as soon as they can be', async () => {
  const reports: unknown[] = []
  const store = openStore(
    file,
    () => true,
    (error) => reports.push(error),
  )
  const fleet = store.slice('fleet', () => ({ size: 1 }))
  store.save()
  await vi.waitFor(() => expect(written()).toEqual({ fleet: { size: 1 } }))
  const inTheWay = `${file}.new`
  mkdirSync(inTheWay)
  fleet.size = 2
  store.save()
  await sleep(500)
  expect(reports).toEqual([expect.objectContaining({ code: 'EISDIR' })])
  expect(written()).toEqual({ fleet: { size: 1 } })
  rmSync(inTheWay, { recursive: true })
  await vi.waitFor(() => expect(written()).toEqual({ fleet: { size: 2 } }))
  expect(reports).toHaveLength(1)
})

test.each(['null', '[]', '"records"', '{"ec2":5}', '{"ec2":', ''])(
  'a file that holds %s is damaged',
  (text) => {
    writeFileSync(file, text)
    expect(() => openStore(file)).toThrow(DamagedRecords)
  },
)
