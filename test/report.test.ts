import { appendFile, rm } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Project } from './project.ts'
import { idOf, Things } from './things.ts'

const me = `${userInfo().username}@${hostname()}`

describe('tasks report', () => {
  let project: Project
  let things: Things
  beforeEach(async () => {
    things = await Things.open()
    project = things.project
  })
  afterEach(() => project.remove())

  const report = async (...run: string[]): Promise<string> => (await project.tasks('report', ...run)).stdout

  it('tells of a run that was undone, and of the newest one when none is named', async () => {
    const none = await project.tasks('report')
    expect(none).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^E_RUN_NONE: no run is on record/),
    })
    const undone = idOf(await project.json(['run', 'deploy', '--bad']))
    await project.json(['run', 'deploy'])
    const succeeded = await report()
    expect(succeeded).toMatch(
      /^# `deploy`: succeeded\n\n`[^`]+` ran `deploy` on stage `here`, at 20.* UTC\. It succeeded after .*\. It was committed at .* Its changes: 1 standing\.\n/,
    )
    expect(succeeded).toContain('\n## What it changed\n\n- `make green`\n')
    expect(succeeded).not.toMatch(/What is left|Why it failed/)
    const failed = await report(undone)
    expect(failed).toMatch(/^# `deploy`: failed, nothing is left\n/)
    expect(failed).toMatch(
      /It failed after .*: `E_UNEXPECTED: Error: bad things cannot be made`\. Its changes: 1 undone\. Nothing of it is left\.\n/,
    )
    expect(failed).toMatch(
      /## Why it failed\n\n```text\nE_UNEXPECTED: Error: bad things cannot be made\n {2}at tasks\.config\.ts:\d+\n/,
    )
    expect(failed).toMatch(/ ↺ make green {2}\(undone\)\n.* ✗ make bad\n.* E_UNEXPECTED: /)
    expect(failed).toMatch(/\n- Arguments: `wait=0`, `keep=0`, `bad=true`\n/)
    expect(failed).toMatch(/\n[\da-f]{16} {2}names\.ts\n/)
  })

  it('tells what is left of one that is stuck and which command finishes it, then who took it back, and why it had failed', async () => {
    await project.write('stuck', '')
    const run = idOf(await project.json(['run', 'deploy', '--bad']))
    const dirty = await report()
    expect(dirty).toMatch(/^# `deploy`: failed, something is left\n/)
    expect(dirty).toContain(`**Something is left**, and \`tasks rollback ${run}\` finishes it.`)
    expect(dirty).toContain(
      `## What is left\n\n- \`the thing green\`\n\nFinish it with \`tasks rollback ${run}\`\n`,
    )
    expect(dirty).toMatch(/✓ make green {2}\(undo failed: E_UNEXPECTED: Error: green is stuck\)/)
    await rm(join(project.directory, 'stuck'))
    await project.tasks('rollback')
    const back = await report()
    expect(back).toMatch(/^# `deploy`: taken back\n/)
    expect(back).toMatch(
      new RegExp(`\`${me}\` took it back at .* UTC; it had failed: \`E_UNEXPECTED: Error: bad`),
    )
  })

  it('tells of a crash, of a resume, and of a journal whose end is damaged, without the task file', async () => {
    const run = await things.crashed()
    await appendFile(join(project.directory, `.tasks/runs/${run}.jsonl`), '0123 {"kind":\n')
    await project.write('tasks.config.ts', 'nonsense(')
    const crashed = await project.tasks('report')
    expect(crashed).toMatchObject({ exitCode: 0, stderr: '' })
    expect(crashed.stdout).toMatch(/^# `deploy`: crashed, not finished\n/)
    expect(crashed.stdout).toContain('**Its journal cannot be read as a whole:**')
    expect(crashed.stdout).toMatch(
      /## What cannot be read\n\n```text\nE_JOURNAL_DAMAGED: the journal's line \d+ does not match/,
    )
    expect(crashed.stdout).toContain(`\`tasks rollback ${run}\` finishes it`)
  })

  it('has every member in one object with --json, also of a run that was resumed', async () => {
    const run = await things.crashed()
    await project.tasks('resume', run)
    const { events, stderr } = await project.json(['report', run])
    expect(stderr).toBe('')
    expect(events).toEqual([
      {
        ...{ kind: 'report', run, task: 'deploy', stage: 'here', state: 'succeeded', exitCode: 0 },
        began: { by: me, at: expect.any(String) },
        resumed: [{ by: me, at: expect.any(String) }],
        ...{ takenBack: null, undoing: null, kept: null, error: null, choice: null, lasting: null },
        ...{ last: expect.any(String), ms: expect.any(Number), committed: expect.any(String) },
        args: { wait: 2000, keep: 0, bad: false },
        ...{ account: expect.any(Object), sources: expect.any(Object), locks: ['things'] },
        ...{ leftovers: [], made: [], remedy: null, told: [], outputs: null, damages: [] },
        steps: [expect.objectContaining({ title: 'make green', type: 'change', state: 'done', undo: null })],
      },
    ])
  })
})

const zod = import.meta.resolve('zod')
/** All that it is told is made to break out of a document or a terminal. */
const hostile = `
import { defineChange, defineConfig, task } from '@viridian/core'
import { z } from '${zod}'

const evil = '\\u001b[2J\\u001b]0;owned\\u0007\`\`\`\\n# heading <b>|*x*'
const make = defineChange({
  name: 'odd/make', version: 1, input: z.object({ name: z.string() }), beforeSchema: z.null(), output: z.string(), calls: [],
  title: ({ name }) => 'make ' + name, before: async () => null,
  run: async ({ name }, c) => {
    c.emit({ kind: 'odd.told', data: { name }, text: ['Live now', evil], atEnd: true })
    return name
  },
  find: async () => ({ status: 'absent' }), undo: async () => undefined, touches: () => [],
  makes: (_, output) => ['thing/' + output],
})
const odd = task({ args: { token: { type: 'string', secret: true }, text: { type: 'string', default: evil } } }, async (t) => {
  await t.branch('a branch ' + evil, async (t) => {
    await t.step(make, { name: evil })
    await t.step(make, { name: t.args.token })
  })
  await t.$\`printf '\\140\\140\\140\\n\\033[2Jgone\\n'; false\`
})
export default defineConfig({
  plugins: [{ name: 'odd', module: 'odd', settings: null, steps: [make] }],
  tasks: { odd },
  stages: { here: { plugins: [{ name: 'here', module: 'here', settings: null, rehearsal: true }] } },
})
`

describe('a report of a run whose words are hostile', () => {
  it('keeps them in code, obeys none of them, and tells no secret', async () => {
    const project = await Project.of({ 'tasks.config.ts': hostile })
    try {
      const run = idOf(await project.json(['run', 'odd', '--token', 'hush-hush']))
      const { stdout } = await project.tasks('report', run)
      // Ends of lines are all that is left of what a terminal obeys.
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      expect(stdout).not.toContain('hush-hush')
      expect(stdout).toContain('`token=[masked]`')
      expect(outsideOfCode(stdout)).not.toMatch(/owned|heading|<b>|\|\*x\*|gone/)
      expect(stdout).toContain('▸ a branch ``` ⏎ # heading <b>|*x*')
      expect(stdout).toMatch(/## What it told at its end\n\n````text\nLive now\n```\n# heading <b>\|\*x\*\n/)
      const { events } = await project.json(['report', run])
      expect(events).toMatchObject([{ told: [{ kind: 'odd.told' }, { data: { name: '[masked]' } }] }])
      expect(JSON.stringify(events)).toContain('"makes":["thing/')
    } finally {
      await project.remove()
    }
  })
})

/** As CommonMark reads fences and spans of code. */
function outsideOfCode(document: string): string {
  const blocks = document.replaceAll(/^(`{3,})text\n.*?^\1$/gms, '')
  return blocks.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
}
