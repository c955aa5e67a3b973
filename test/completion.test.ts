import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Project } from './project.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'

// Whatever a shell evaluates of it, or calls, leaves a file.
const taskFile = `
import { writeFileSync } from 'node:fs'
import { defineConfig, remoteTask, task } from '@viridian/core'

console.log('what a task file prints')
const tone = { type: 'string', choices: ['warm', 'very cold', '$(touch evaluated)', '\\u001b[31mred'] }
const hello = task({ summary: '$(touch evaluated) \`touch evaluated\`', args: { tone, loud: 'boolean' } }, async () => {})
const found = () => writeFileSync('called', '')
export default defineConfig({
  roles: { web: ['deploy@web-1.example.com:2222', 'web-2.example.com'], found },
  tasks: {
    say: { hello, goodbye: task({}, async () => {}) },
    '$(touch\${IFS}evaluated)': hello,
    ';touch\${IFS}evaluated': hello,
  },
  stages: { here: {}, there: { roles: { db: ['db-1'] } } },
})
`

// What no taking of console.log hears.
const loud = `
import { execSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { task } from '@viridian/core'

process.stdout.write('written\\n')
execSync('echo said by a program', { stdio: 'inherit' })
// Where nobody sits at a terminal there is none to write to.
try { execSync('echo asked > /dev/tty') } catch {}
writeFileSync('left', String(spawn('sleep', ['100'], { stdio: 'inherit' }).pid))
export default { tasks: { hello: task({}, async () => {}) } }
`

let project: Project
beforeAll(async () => {
  project = await Project.of({
    'tasks.config.ts': taskFile,
    'broken/tasks.config.ts': "console.error('what it reports')\nthrow new Error('why it is broken')",
    'endless/tasks.config.ts': "import { execSync } from 'node:child_process'\nexecSync('sleep 100')",
    'loud/tasks.config.ts': loud,
    'bin/tasks': '#!/bin/sh\n[ "$1" = complete ] && echo from-the-path\n',
    'some file': '',
  })
  await chmod(join(project.directory, 'bin/tasks'), 0o755)
  await mkdir(join(project.directory, 'home'))
})
afterAll(() => project.remove())

const shells = {
  bash: {
    start: "PS1='th''ere> ' exec bash --norc --noprofile -i",
    setUp: ['source script.bash', `tasks() { printf 'given '; printf '<%s>' "$@"; echo ' to tasks'; }`],
  },
  zsh: {
    start: "ZDOTDIR=$PWD/home PS1='th''ere> ' exec zsh -f -i -o no_prompt_sp",
    setUp: ['source script.zsh', `tasks() { printf 'given '; printf '<%s>' "$@"; echo ' to tasks' }`],
  },
  fish: {
    start: "HOME=$PWD/home exec fish --no-config -C \"function fish_prompt; echo -n th'''ere> '; end\"",
    setUp: [
      'source script.fish',
      `function tasks; printf 'given '; printf '<%s>' $argv; echo ' to tasks'; end`,
    ],
  },
}

describe.each(Object.entries(shells))('in %s', (shell, { start, setUp }) => {
  let terminal: PseudoTerminal
  beforeAll(async () => {
    const { stdout } = await project.tasks('completion', shell)
    await project.write(`script.${shell}`, stdout)
    terminal = await PseudoTerminal.open(project.directory, 40, 200)
    terminal.type(`PATH=/usr/bin:/bin; ${start}\r`)
    await terminal.shows('there> ')
    for (const line of setUp) {
      terminal.type(`${line}\r`)
      await terminal.shows('there> ')
    }
  }, 30_000)
  afterAll(() => terminal.hangUp())

  /** The words that `tasks` is given when these keys have been typed. */
  async function given(keys: string): Promise<string | undefined> {
    terminal.type(`${keys}\r`)
    return /given (.*) to tasks/.exec(await terminal.shows(' to tasks'))?.[1]
  }

  it('commands, tasks, flags and their values are completed', async () => {
    expect(await given('tasks pla\tsay:h\t--lo\t--stage th\t')).toBe(
      '<plan><say:hello><--loud><--stage><there>',
    )
    expect(await given('echo; tasks run say:goodbye --stage=th\t')).toMatch(/<--stage=there>$/)
    expect(await given('tasks exec --hosts web-1.example.com,web-2\t x')).toBe(
      '<exec><--hosts><web-1.example.com,web-2.example.com><x>',
    )
    // What it does not know is the shell's: a file.
    expect(await given('tasks put som\t')).toBe('<put><some file>')
  }, 60_000)

  it('nothing is said by a file that does not load', async () => {
    terminal.type('tasks --config broken/tasks.config.ts run sa\t\r')
    const shown = await terminal.shows(' to tasks')
    expect(shown).toContain('<run><sa>')
    expect(shown).not.toMatch(/what it reports|why it is broken/)
  }, 60_000)

  it('nothing is shown but what may stand there, whatever a task file does', async () => {
    terminal.type('tasks --config loud/tasks.config.ts run he\t\r')
    const shown = await terminal.shows(' to tasks')
    expect(shown).toContain('<run><hello>')
    expect(shown).not.toMatch(/written|said|asked/)
    expect(isAlive(Number(await project.read('left')))).toBe(false)
  }, 60_000)

  it('a task file that does not end is given up', async () => {
    terminal.type('tasks --config endless/tasks.config.ts run sa\t\r')
    expect(await terminal.shows(' to tasks')).toContain('<run><sa>')
  }, 60_000)

  it('a tasks on the PATH is asked', async () => {
    const path = async (...directories: string[]) => {
      terminal.type(
        shell === 'fish' ? `set PATH ${directories.join(' ')}\r` : `PATH=${directories.join(':')}\r`,
      )
      await terminal.shows('there> ')
    }
    await path(join(project.directory, 'bin'), '/usr/bin', '/bin')
    expect(await given('tasks fro\t')).toBe('<from-the-path>')
    await path('/usr/bin', '/bin')
  }, 60_000)

  it('nothing of a task file is evaluated, nor called', async () => {
    expect(await given('tasks run \\$\t')).toMatch(/^<run><\$\(touch\$\{IFS\}evaluated\)>$/)
    expect(await given('tasks run \\;\t')).toMatch(/^<run><;touch\$\{IFS\}evaluated>$/)
    expect(await given('tasks run say:hello --tone \\$\t')).toMatch(/<\$\(touch evaluated\)>$/)
    expect(await given('tasks run say:hello --tone v\t')).toMatch(/<very cold>$/)
    terminal.type('tasks run say:hello --tone \t\t')
    await terminal.shows('warm')
    expect(['evaluated', 'called'].filter((name) => existsSync(join(project.directory, name)))).toEqual([])
  }, 60_000)
})

/** A process that was ended may wait for whoever has started it. */
const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

describe('tasks complete', () => {
  it('knows the runs, and leaves out what a terminal would obey', async () => {
    await project.tasks('run', 'say:goodbye')
    expect(await project.tasks('complete', 'rollback', '')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d{8}-\d{6}-\w{4}\tsay:goodbye, succeeded\n$/),
    })
    const { stdout } = await project.tasks('complete', 'run', 'say:hello', '--tone', '')
    expect(stdout).toBe('warm\t\nvery cold\t\n$(touch evaluated)\t\n')
  }, 30_000)

  it('is in no help', async () => {
    const { stdout } = await project.tasks('--help')
    expect(stdout).toMatch(/^ {2}completion <shell> /m)
    expect(stdout).not.toMatch(/^ {2}complete\b/m)
  }, 30_000)
})
