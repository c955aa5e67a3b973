import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonEvent, type JsonResult, Project } from './project.ts'

const zod = import.meta.resolve('zod')

/**
 * Changes that are files, made one after another; the last of them can be made to fail, and so can every undo: the file
 * `stuck` has it fail, `closed` says so beforehand.
 */
const config = `
import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineChange, defineConfig, remoteTask, task, ViridianError } from '@viridian/core'
import { z } from '${zod}'
import { thing } from './names.ts'

const at = (name) => join(import.meta.dirname, name)
const schema = z.object({ name: z.string() })
const make = defineChange({
  name: 'things/make', version: 1, input: schema, beforeSchema: z.null(), output: z.null(), calls: [],
  title: ({ name }) => 'make ' + name,
  before: async () => null,
  run: async ({ name }) => {
    if (name === 'bad') throw new Error('bad things cannot be made')
    writeFileSync(at(name), '')
    if (name === 'endless') await new Promise(() => {})
    return null
  },
  find: async ({ name }) => existsSync(at(name)) ? { status: 'done', output: null } : { status: 'absent' },
  ready: async ({ name }) => {
    if (existsSync(at('closed'))) throw new ViridianError('E_CLOSED', name + ' cannot go', { hint: 'open it' })
  },
  undo: async ({ name }) => {
    if (existsSync(at('slow'))) await sleep(60_000)
    if (existsSync(at('hung'))) await new Promise(() => {})
    if (existsSync(at('stuck'))) throw new Error(name + ' is stuck')
    rmSync(at(name), { force: true })
  },
  touches: ({ name }) => [name],
  leaves: ({ name }) => ['the thing ' + name],
})
const things = { name: 'things', module: 'things', settings: null, steps: [make] }

// How a task's own mistakes would end a process, with what it has made left behind.
const endings = {
  never: () => new Promise(() => {}),
  nested: (t) => t.run(idleForEver),
  branch: (t) => t.branch('apart', () => new Promise(() => {})),
  step: (t) => Promise.all([t.step(make, { name: 'endless' }), t.$\`exit 3\`]),
  role: (t) => t.hosts('lost'),
  missing: (t) => t.run(undefined),
  plain: (t) => t.run(async () => {}),
  circle: (t) => t.run(circle),
  text: (t) => t.$('echo hello'),
  unset: async (t) => { t.secret(process.env.SET_NOWHERE) },
  remote: (t) => t.run(remoteTask({ role: 'web' }, () => new Promise(() => {}))),
  timer: async () => { setTimeout(() => { throw new Error('in a timer') }, 10); await sleep(60_000) },
  emitter: async () => { setTimeout(() => new EventEmitter().emit('error', new Error('of an emitter')), 10); await sleep(60_000) },
  odd: async () => { throw Object.create(null) },
  foreign: async () => { throw new ViridianError('E_STEP_SECRET', 'of another run') },
  outer: async (t) => {
    await t.branch('build', async () => { await t.$\`true\` })
  },
  promise: async () => { void Promise.reject(new Error('awaited by nobody')); await sleep(60_000) },
}
const circle = task({}, (t) => t.run(circle))
const idleForEver = task({}, () => new Promise(() => {}))
const mistaken = task({ args: { how: { type: 'string', choices: Object.keys(endings) } } }, async (t) => {
  await t.step(make, { name: thing })
  console.log('to be read by people')
  await endings[t.args.how](t)
})

const exits = task({}, async (t) => {
  await t.step(make, { name: thing })
  process.exit(0)
})
const sideBySide = task({}, async (t) => {
  const chain = (name, seconds) => t.branch(name, async (t) => {
    await t.$\`sleep \${seconds}\`
    await t.$\`echo \${name} >> said\`
  })
  await Promise.all([chain('upload', 0.5), chain('notify', 0.1)])
})

const chatty = task({}, async (t) => {
  await t.step(make, { name: thing })
  for (let count = 0; count < 200; count += 1) await t.id()
})

const fills = task({}, async (t) => {
  await t.step(make, { name: thing })
  const disk = at('.tasks/blob')
  for (const size of [4096, 1])
    try {
      for (;;) appendFileSync(disk, Buffer.alloc(size))
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error
    }
  for (let count = 0; count < 200; count += 1) await t.id()
})

const waits = task({}, async (t) => {
  await t.keep('10m')
  await t.commit()
})

const args = { wait: { type: 'duration', default: '0s' }, keep: { type: 'duration', default: '0s' }, bad: 'boolean' }
const deploy = task({ args, locks: () => ['things'] }, async (t) => {
  await t.step(make, { name: thing })
  if (t.args.wait > 0) await sleep(t.args.wait, undefined, { signal: t.signal })
  if (t.args.bad) await t.step(make, { name: 'bad' })
  await t.keep(t.args.keep)
  await t.commit()
})
export default defineConfig({
  plugins: [things],
  roles: { web: ['127.0.0.1'], lost: () => new Promise(() => {}) },
  tasks: { deploy, waits, mistaken, chatty, fills, exits, sideBySide, circle, idleForEver, idle: task({}, async () => { await sleep(60_000) }) },
  stages: { here: { plugins: [{ name: 'here', module: 'here', settings: null, rehearsal: true }] } },
})
`

/** A project whose task makes a thing, and what becomes of its runs. */
export class Things {
  readonly project: Project

  private constructor(project: Project) {
    this.project = project
  }

  static async open(): Promise<Things> {
    return new Things(
      await Project.of({ 'tasks.config.ts': config, 'names.ts': `export const thing = 'green'` }),
    )
  }

  /** Every run on record, the newest first. */
  async runs(): Promise<readonly JsonEvent[]> {
    return (await this.project.json(['runs'])).events
  }

  async newest(): Promise<JsonEvent | undefined> {
    return (await this.runs())[0]
  }

  /** A run that has made its thing, and waits when this is done to it. */
  once(act: (child: ChildProcess) => void, ...args: string[]): Promise<JsonResult> {
    let seen = false
    return this.project.json(['run', 'deploy', ...args], ({ kind, title }: JsonEvent, child) => {
      if (seen || kind !== 'step.finished' || title !== 'make green') return
      seen = true
      act(child)
    })
  }

  /** A run that was killed once it had made its thing. */
  async crashed(): Promise<string> {
    return idOf(await this.once((child) => child.kill('SIGKILL'), '--wait', '2s'))
  }

  has(thing: string): boolean {
    return existsSync(join(this.project.directory, thing))
  }
}

export const idOf = ({ events }: JsonResult): string =>
  String(events.find(({ kind }) => kind === 'run.started')?.run)
