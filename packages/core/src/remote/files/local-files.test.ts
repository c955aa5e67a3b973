import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary-directory.ts'
import { LocalFiles } from './local-files.ts'

let directory: string
let local: LocalFiles

beforeEach(async () => {
  directory = await temporaryDirectory()
  local = new LocalFiles(directory)
  await writeFile(join(directory, 'page'), 'one')
})
afterEach(() => void vi.useRealTimers())

it('shows a directory as it is now to who comes later, while an earlier one still reads it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const sizes = () =>
    local.withTree(directory, {}, async ({ entries }) =>
      entries.flatMap(({ kind, size }) => (kind === 'file' ? [size] : [])),
    )
  await local.withTree(directory, {}, async () => {
    expect(await sizes()).toEqual([3])
    await writeFile(join(directory, 'page'), 'three')
    vi.advanceTimersByTime(1_001)
    expect(await sizes()).toEqual([5])
  })
})

it('packs a tree by itself for who wants it compressed at the same time', async () => {
  await local.withTree(directory, {}, (tree) => {
    const bytesOf = (compress: boolean, meanwhile?: (bytes: Buffer) => Promise<void>) =>
      local.withArchive(tree, { entries: tree.entries, before: {}, compress }, async (archive) => {
        const bytes = await buffer(Readable.from(archive.chunks()))
        await meanwhile?.(bytes)
        return bytes
      })
    return bytesOf(false, async (plain) => {
      expect(gunzipSync(await bytesOf(true))).toEqual(plain)
    })
  })
})
