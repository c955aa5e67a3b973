import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Project } from './project.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const pages = ['README.md', ...readdirSync(`${repository}docs`).map((name) => `docs/${name}`)]

/** The task files that a page shows whole. */
const taskFilesOf = (page: string): string[] =>
  [...readFileSync(`${repository}${page}`, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('export default defineConfig('))

const shown = pages.flatMap((page) => taskFilesOf(page).map((text) => [page, text] as const))

describe('a task file that is shown', () => {
  it.each(shown)('in %s can be loaded', async (_, text) => {
    const project = await Project.of({ 'tasks.config.ts': text })
    const { exitCode, stdout, stderr } = await project.tasks('list')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const [, name] of text.matchAll(/^const (\w+) = (?:remoteT|t)ask\(/gm))
      expect(stdout).toMatch(new RegExp(`^${name}\\b`, 'm'))
    await project.remove()
  })

  it('is there', () => {
    expect(shown.map(([page]) => page)).toEqual(['README.md', 'docs/remote-tasks.md'])
  })
})
