import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Exchange } from './exchange.ts'
import { LocalFiles } from './local-files.ts'
import { readTree } from './tree.ts'
import { TreeUpload } from './tree-upload.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'viridian-tree-upload-'))
  writeFileSync(join(directory, 'file'), 'x')
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Whether files here are read by the time that a host has told what it has, and begun to tell so at all. */
async function readsMeanwhile(hasAnswer: boolean): Promise<boolean> {
  const tree = await readTree(directory, { excluded: () => false, followLinks: false })
  const digests = vi.spyOn(tree, 'digests')
  let reads = false
  const exchange: Exchange = async ({ input, onAnswer }) => {
    if (input) return Buffer.alloc(0)
    if (hasAnswer) onAnswer?.()
    reads = digests.mock.calls.length > 0
    return Buffer.alloc(0)
  }
  const put = { host: 'web-1', tree, path: '/srv/app', options: {} }
  await new TreeUpload(exchange, new LocalFiles(directory), put).run()
  return reads
}

test('digests are made here while the host makes its own, where it has something', async () => {
  expect([await readsMeanwhile(true), await readsMeanwhile(false)]).toEqual([true, false])
})
