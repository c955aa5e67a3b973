import { appendFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { contentOf } from './content.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-content-'))
afterAll(() => rmSync(place, { recursive: true }))
const file = join(place, 'file')

/** Reads a file that has changed since it was seen. */
const reading = async (size: number, change: () => void): Promise<{ given: number; failure: unknown }> => {
  writeFileSync(file, Buffer.alloc(size, 'x'))
  utimesSync(file, 1, 1)
  const { mtime } = statSync(file)
  change()
  let given = 0
  try {
    for await (const chunk of contentOf({ file, size, mtime })) given += chunk.length
    return { given, failure: undefined }
  } catch (failure) {
    return { given, failure }
  }
}

test.each([0, 1, 300_000])('of %i bytes are given when they are as they were seen', async (size) => {
  expect(await reading(size, () => undefined)).toEqual({ given: size, failure: undefined })
})

test.each<[string, () => void]>([
  ['grown', () => appendFileSync(file, 'more')],
  ['become another one', () => writeFileSync(file, Buffer.alloc(300_000, 'y'))],
  ['become shorter', () => writeFileSync(file, 'y')],
])('of a file that has %s are not given to the end', async (_, change) => {
  const { given, failure } = await reading(300_000, change)
  expect(given).toBeLessThan(300_000)
  expect(failure).toMatchObject({
    code: 'E_LOCAL_FILE',
    message: expect.stringContaining('while it was read'),
  })
})

test('of a file that was empty are missed', async () => {
  const { failure } = await reading(0, () => appendFileSync(file, 'more'))
  expect(failure).toMatchObject({ code: 'E_LOCAL_FILE' })
})
