import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { askBySsh, comparable } from '../testing/ssh-g.ts'
import { type Case, cases, refusals } from './corpus.ts'
import { resolveSshConfig } from './resolve.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-ssh-config-'))
afterAll(() => rmSync(place, { recursive: true }))

/** Writes a case's files; `DIR` in them is the directory that they are in. */
function written({ config, files = {} }: Case, directory: string): string {
  for (const [name, text] of Object.entries({ ...files, config })) {
    const file = join(directory, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text.replaceAll('DIR', directory))
  }
  return join(directory, 'config')
}

describe('the same as ssh', () => {
  test.each(cases.map((each, index) => ({ ...each, index })))('$name', async ({ index, ...each }) => {
    for (const [name, value] of Object.entries(each.env ?? {})) vi.stubEnv(name, value)
    try {
      const file = written(each, join(place, String(index)))
      const theirs = await askBySsh(each.query, file)
      if (typeof theirs === 'string') throw new Error(`ssh refuses it: ${theirs}`)
      const ours = await resolveSshConfig({ ...each.query, config: file })
      expect(comparable(ours, theirs)).toEqual(theirs)
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('refused as ssh refuses it', () => {
  test.each(refusals.map((each, index) => ({ ...each, index })))('$name', async ({ index, ...each }) => {
    const file = written(each, join(place, `refused-${index}`))
    const theirs = await askBySsh(each.query, file)
    if (typeof theirs !== 'string') throw new Error('ssh takes it')
    const [, line] = /line (\d+):? /.exec(theirs) ?? []
    await expect(resolveSshConfig({ ...each.query, config: file })).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      hint: expect.stringMatching(/./),
      place: { file: expect.stringContaining(place), ...(line !== undefined && { line: Number(line) }) },
    })
  })

  test('a file that is missing', async () => {
    const config = join(place, 'missing')
    expect(await askBySsh({ host: 'x' }, config)).toContain('No such file')
    await expect(resolveSshConfig({ host: 'x', config })).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      place: { file: config },
    })
  })
})
