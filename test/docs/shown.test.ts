import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ended, Project } from '../project.ts'
import { blocksOf, isExcerpt, linksOf, pages } from './examples.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

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

  it.each(shown)('in %s has the host that a shell is opened on', async (page, text) => {
    const [, host = ''] = /^tasks ssh (\S+)/m.exec(readFileSync(`${repository}${page}`, 'utf8')) ?? []
    const project = await Project.of({ 'tasks.config.ts': text })
    expect((await project.tasks('roles')).stdout.split(/\s+/)).toContain(host)
    await project.remove()
  })

  it('is there', () => {
    expect(shown.map(([page]) => page)).toEqual([
      'README.md',
      ...['coming-from', 'remote-tasks', 'task-files'].map((name) => `docs/${name}.md`),
      ...['core', 'local-cloud'].map((name) => `packages/${name}/README.md`),
    ])
  })
})

describe('a page', () => {
  it.each(pages)('%s links to what is there', (page) => {
    expect(linksOf(page).filter((path) => !existsSync(`${repository}${path}`))).toEqual([])
  })
})

const excerpts = pages.flatMap((page) => blocksOf(page, 'ts')).filter(({ text }) => isExcerpt(text))

describe('a part of a file that is shown', () => {
  it.each(excerpts.map(({ place, text }) => [place, text] as const))(
    'at %s stands in it so',
    (place, text) => {
      const [page = '', line] = place.split(':')
      const before = readFileSync(`${repository}${page}`, 'utf8')
        .split('\n')
        .slice(0, Number(line))
        .join('\n')
      const [, file = ''] = [...before.matchAll(/\]\(([^)]+\.ts)\)/g)].at(-1) ?? []
      const source = readFileSync(`${repository}${file}`, 'utf8')
      expect(source).toContain(
        text
          .trimEnd()
          .replaceAll(/^(?=.)/gm, '  ')
          .trimStart(),
      )
    },
  )

  it('is there', () => {
    expect(excerpts).toHaveLength(1)
  })
})

const templates = ['instance-swap', 'dns-switch']
const forProduction = templates.flatMap((template) => {
  const page = readFileSync(`${repository}templates/${template}/README.md`, 'utf8')
  return [...page.matchAll(/^tasks (?:run|plan) ([^#\n]*--stage production[^#\n]*)/gm)].map(
    ([, words = '']) => [template, words.trim().split(' ')] as const,
  )
})

describe('a command that is shown for production', () => {
  const nobody = { AWS_REGION: '', AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }

  it.each(forProduction)('is one of %s: %j', async (template, words) => {
    const project = await Project.fromTemplate(template)
    // As far as an account: nothing that it takes is missing.
    const { stdout, stderr, exitCode } = await ended(project.start(['plan', ...words], nobody))
    expect({ exitCode, said: stdout + stderr }).toEqual({
      exitCode: 1,
      said: expect.stringContaining('E_AWS_REGION'),
    })
    await project.remove()
  })

  it('is there', () => {
    expect(new Set(forProduction.map(([template]) => template))).toEqual(new Set(templates))
  })
})
