import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Project } from './project.ts'

const run = promisify(execFile)
const repository = fileURLToPath(new URL('..', import.meta.url))

let place: string
let bare: Project
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'viridian-init-'))
  bare = await Project.of({ 'tasks.config.ts': 'process.exit(7) // whoever loads it' })
})
afterAll(async () => {
  await bare.remove()
  await rm(place, { recursive: true })
})

describe.each(await readdir(join(repository, 'templates')))('a project of %s', (template) => {
  let project: Project
  beforeAll(async () => {
    project = await Project.fromTemplate(template)
  })
  afterAll(() => project.remove())

  it('has the right types, and its tasks', async () => {
    const compiler = join(repository, 'node_modules/.bin/tsc')
    // Where it fails, what it says is what is wrong.
    const { stdout } = await run(compiler, ['--listFiles'], { cwd: project.directory }).catch(
      ({ stdout }) => ({ stdout: stdout.replaceAll(/^\/.*\n/gm, '') }),
    )
    expect(stdout).toContain(join(project.directory, 'tasks.config.ts'))
    expect(await project.tasks('list')).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(/^(deploy|uptime)\b/),
    })
  })

  it('is whole, and made for its directory', async () => {
    const files = await readdir(project.directory, { recursive: true, withFileTypes: true })
    expect(files.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)).toEqual(['node_modules'])
    expect((await project.read('.gitignore')).split('\n')).toEqual(
      expect.arrayContaining(['.tasks/', 'node_modules/']),
    )
    const { name, dependencies, ...manifest } = JSON.parse(await project.read('package.json'))
    expect(manifest).toMatchObject({ private: true })
    expect(manifest).not.toHaveProperty('license')
    expect(name).toMatch(/^viridian-[a-z0-9-]+$/)
    expect(JSON.stringify(dependencies)).not.toContain('workspace:')
    for (const path of Object.values<string>(dependencies).filter((each) => each.startsWith('link:')))
      expect(existsSync(join(project.directory, path.slice('link:'.length), 'package.json'))).toBe(true)
  })
})

describe('tasks init', () => {
  it('says what to type next, which works', async () => {
    const directory = join(bare.directory, 'of mine')
    const { stdout } = await bare.tasks('init', 'minimal', 'of mine', '--json')
    const { kind, template, files, next } = JSON.parse(stdout)
    expect({ kind, template, files }).toEqual({
      kind: 'project',
      template: 'minimal',
      files: (await readdir(directory)).sort(),
    })
    const typed = { cwd: bare.directory, env: { ...process.env, npm_config_prefer_offline: 'true' } }
    expect((await run('sh', ['-c', next.join(' && ')], typed)).stdout).toMatch(/^uptime /m)
  })

  it('loads no task file, and without one knows its help', async () => {
    const made = await bare.tasks('init', 'minimal', 'sub/fleet')
    expect(made).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(/^ {2}cd sub\/fleet$/m),
    })
    for (const words of [
      ['init', '--help'],
      ['help', 'init'],
      ['--no-color', 'init', '--help'],
    ])
      expect((await bare.tasks(...words)).stdout).toMatch(/^ {2}minimal {2,}Commands and releases/m)
  })

  it('takes the directory that it is given in, where that is empty but for its history', async () => {
    const directory = join(place, 'Here Now')
    await mkdir(join(directory, '.git'), { recursive: true })
    const { stdout } = await run(process.execPath, [bare.command, 'init'], { cwd: directory })
    expect(stdout).not.toContain('cd ')
    expect(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')).name).toBe('here-now')
  })

  it('overwrites nothing, and writes nothing then', async () => {
    const directory = join(place, 'taken')
    await mkdir(directory)
    await writeFile(join(directory, 'README.md'), 'mine')
    const refused = await bare.tasks('init', 'minimal', directory)
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('there already: README.md\n'),
    })
    expect(await readdir(directory)).toEqual(['README.md'])
    expect(await readFile(join(directory, 'README.md'), 'utf8')).toBe('mine')
  })
})

describe('a released core', () => {
  const core = join(repository, 'packages/core')
  let installed: string
  beforeAll(async () => {
    installed = join(place, 'node_modules/@viridian/core')
    // As the registry has it: npm says what it would pack.
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: core })
    const [{ files }] = JSON.parse(stdout)
    for (const { path } of files) await cp(join(core, path), join(installed, path))
    const { dependencies } = JSON.parse(await readFile(join(core, 'package.json'), 'utf8'))
    for (const name of Object.keys(dependencies)) {
      await mkdir(dirname(join(installed, 'node_modules', name)), { recursive: true })
      await symlink(join(core, 'node_modules', name), join(installed, 'node_modules', name))
    }
  })

  it('brings all that its declarations need', async () => {
    const directory = join(place, 'strict')
    await mkdir(directory)
    await writeFile(
      join(directory, 'tasks.config.ts'),
      `import { defineConfig, remoteTask } from '@viridian/core'
      import { z } from '@viridian/core/zod'
      const web = z.array(z.string()).parse(['web-1'])
      const uptime = remoteTask({ role: 'web' }, async (host) => { await host.run\`uptime\` })
      export default defineConfig({ roles: { web }, tasks: { uptime } })`,
    )
    await writeFile(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2023',
          lib: ['es2023'],
          module: 'nodenext',
          types: [],
          strict: true,
          noEmit: true,
        },
      }),
    )
    // Where it fails, what it says is what is wrong.
    const compiler = join(repository, 'node_modules/.bin/tsc')
    const { stdout } = await run(compiler, [], { cwd: directory }).catch((failed) => failed)
    expect(stdout).toBe('')
  })

  it('asks for released packages', async () => {
    const words = [join(installed, 'bin/tasks.js'), 'init', 'instance-swap', 'shop', '--json']
    const env = { ...process.env, npm_config_user_agent: 'pnpm/10.34.9 npm/? node/v20.20.2 linux x64' }
    const { next, files: made } = JSON.parse((await run(process.execPath, words, { cwd: place, env })).stdout)
    expect(next).toEqual(['cd shop', 'pnpm install', 'pnpm exec tasks list'])
    expect(await readFile(join(place, 'shop/README.md'), 'utf8')).toContain(
      '```\npnpm install\npnpm exec tasks run deploy:bluegreen --release v2 ',
    )
    expect(made).toContain('app/server.mjs')
    expect(made).not.toContain('pnpm-workspace.yaml')
    const { version } = JSON.parse(await readFile(join(core, 'package.json'), 'utf8'))
    const { dependencies } = JSON.parse(await readFile(join(place, 'shop/package.json'), 'utf8'))
    expect(dependencies).toMatchObject({
      '@viridian/core': `^${version}`,
      '@viridian/aws-elb': `^${version}`,
    })
  })
})
