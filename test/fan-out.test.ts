import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JsonEvent, type JsonResult, Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'

let server: Sshd
let project: Project

const config = `
import { readFileSync } from 'node:fs'
import { defineConfig, remoteTask, task } from '@viridian/core'

// Hosts of many names at one address.
const [host] = JSON.parse(readFileSync('hosts.json', 'utf8'))
const hosts = (name, count) => Array.from({ length: count }, (_, index) => ({ ...host, name: name + '-' + (index + 1) }))
const log = (line) => \`echo \${line} >> log\`

const first = remoteTask({ role: 'web', once: true }, async (host) => (await host.run\`echo it is \${host.name}\`).stdout)
const slow = remoteTask({ role: 'web', onFailure: 'stop' }, async (host) => {
  await host.run\`\${host.name === 'web-2' ? ['sh', '-c', 'sleep 0.3; false'] : ['sleep', '60']}\`
})
const late = remoteTask({ role: 'web', timeout: '2s', maxFailures: 1 }, async (host) => {
  await host.run\`sleep \${host.name === 'web-3' ? 60 : 0}\`
})
const flaky = remoteTask({ role: 'web', retry: { times: 2, delay: '10ms' } }, async (host) => {
  await host.run\`cd \${process.cwd()}; echo x >> tries-\${host.name}; test $(wc -l < tries-\${host.name}) -ge 3\`
})
const slowly = remoteTask({
  role: 'web',
  args: { bad: { type: 'number', optional: true }, pause: { type: 'duration', default: '0s' } },
  batches: {
    sizes: [1, 2],
    check: async (t, done) => {
      const { stdout } = await t.$\`cat done\`
      t.say('checked: ' + done.map(({ name }) => name).join(' '))
      t.say('done: ' + stdout.replaceAll('\\n', ' '))
      if (stdout.split('\\n').length === t.args.bad) throw new Error('traffic fails')
    },
  },
}, async (host) => {
  await host.run\`echo \${host.name} >> \${process.cwd()}/done\`
  await host.run\`sleep 0.3\`
})
const any = remoteTask({ role: 'nobody' }, async (host) => (await host.run\`echo \${host.name}\`).stdout)
const calls = task({}, async (t) => {
  t.say('first: ' + await t.run(first))
  t.say('any: ' + JSON.stringify(await t.run(any, {}, { hosts: hosts('x', 2), concurrency: 1 })))
})
const on = task({ args: { what: 'string' } }, async (t) => {
  const settings = { none: { hosts: [] }, twice: { hosts: ['a', 'a'] }, odd: { host: ['a'] } }[t.args.what]
  await t.run(remoteTask({ role: 'web' }, async () => undefined), {}, settings)
})
const wrong = task({}, async (t) => {
  await t.run(first, {}, { batches: { sizes: [1], pause: '10', check: async () => { throw new Error('traffic fails') } } })
})
const nothing = remoteTask({ role: 'web', maxFailures: 1 }, async (host) => host.name === 'web-2' ? Promise.reject() : 1)
const values = task({}, async (t) => t.say('values: ' + JSON.stringify(await t.run(nothing))))
const unawaited = remoteTask({ role: 'web' }, async (host) => {
  if (host.name === 'web-1') void host.put('hosts.json', process.cwd() + '/hosts-2.json')
  else if (host.name !== 'web-5') void host.run\`sleep 30\`.then(() => 1).finally(() => undefined)
})
const release = remoteTask({ role: 'web' }, async () => {
  throw new Error('no release', { cause: new Error('the token has expired') })
})
const outlived = task({}, async (t) => {
  const hosts = []
  await t.run(remoteTask({ role: 'web', once: true }, async (host) => { hosts.push(host) }))
  await hosts[0].run\`true\`
})
const forgetful = task({}, async (t) => {
  await t.id()
  void t.$\`sleep 30\`
})
export default defineConfig({
  ssh: { knownHosts: ['known_hosts'], connectTimeout: '20s' },
  roles: { web: hosts('web', 5), nobody: [] },
  tasks: { first, slow, late, flaky, slowly, calls, on, wrong, nothing, values, unawaited, outlived, forgetful, release },
})
`

beforeAll(async () => {
  server = await Sshd.start({ config: ['MaxStartups 200:30:300'] })
  project = await Project.of({
    'tasks.config.ts': config,
    'hosts.json': JSON.stringify(server.hosts()),
    known_hosts: server.knownHosts(),
  })
})

afterAll(async () => {
  await project.remove()
  await server.stop()
})

const errorOf = ({ last }: JsonResult): unknown => last('run.finished').error
const notes = ({ events }: JsonResult): unknown[] =>
  events.filter(({ kind }) => kind === 'note').map(({ text }) => text)
const begun = ({ events }: JsonResult): unknown[] =>
  events.filter(({ kind }) => kind === 'host.started').map(({ host }) => host)

describe('a remote task', () => {
  it('runs once, or on other hosts, as it is called', async () => {
    const result = await project.json(['run', 'calls'])
    expect(errorOf(result)).toBeUndefined()
    expect(notes(result)).toEqual(['first: it is web-1', 'any: {"x-1":"x-1","x-2":"x-2"}'])
    expect(begun(result)).toEqual(['web-1', 'x-1', 'x-2'])
  })

  it('ends the others when one has failed, if it is told to stop', async () => {
    const result = await project.json(['run', 'slow'])
    expect(errorOf(result)).toMatchObject({
      code: 'E_HOSTS_FAILED',
      message: expect.stringMatching(
        /^slow failed on 1 of 5 hosts, 4 ended\n {2}web-2: .*exit code 1\n {2}ended: web-\[1,3-5\]$/,
      ),
    })
  })

  it('has its time on each host', async () => {
    const result = await project.json(['run', 'late'])
    expect(result.exitCode).toBe(0)
    const failed = result.events.filter(({ kind, error }) => kind === 'host.finished' && error !== undefined)
    expect(failed).toMatchObject([
      { host: 'web-3', error: { code: 'E_HOST_TIMEOUT', message: 'web-3: took longer than 2s' } },
    ])
  })

  it('is tried again on each host', async () => {
    const result = await project.json(['run', 'flaky'])
    expect(errorOf(result)).toBeUndefined()
    expect(
      notes(result).filter((text) => /^web-4: .*failed.*; try [23] of 3 in/.test(String(text))),
    ).toHaveLength(2)
  })

  it('has failed on a host also when nothing is thrown', async () => {
    const result = await project.json(['run', 'values'])
    expect(errorOf(result)).toBeUndefined()
    expect(notes(result)).toEqual([
      expect.stringContaining('nothing failed on 1 of 5 hosts\n  web-2: '),
      'values: {"web-1":1,"web-3":1,"web-4":1,"web-5":1}',
    ])
    const failed = result.events.filter(({ kind, error }) => kind === 'host.finished' && error !== undefined)
    expect(failed).toMatchObject([{ host: 'web-2' }])
  })

  it('tells where its own code has failed, and what has caused it', async () => {
    const { stderr, stdout } = await project.tasks('run', 'release')
    expect(stdout + stderr).toContain(
      'release failed on 5 of 5 hosts\n  web-[1-5]: Error: no release\n    at tasks.config.ts:55\n    caused by the token has expired\n',
    )
  })

  it.each(['run', 'plan'])('fails on hosts where it awaits not all that it begins: %s', async (command) => {
    const result = await project.json([command, 'unawaited'])
    expect(errorOf(result)).toMatchObject({
      code: 'E_HOSTS_FAILED',
      message: expect.stringMatching(
        /^unawaited failed on 4 of 5 hosts\n {2}web-\[2-4\]: the task returned while commands were not finished: "sleep 30"\n {2}web-1: .*: "put hosts.json .*"$/,
      ),
    })
    expect(notes(result)).toEqual([])
    expect(result.stderr).toBe('')
  })

  it.each(['run', 'plan'])('begins nothing on a host that it has ended on: %s', async (command) => {
    const result = await project.json([command, 'outlived'])
    expect(errorOf(result)).toMatchObject({ code: 'E_TASK_ENDED', message: 'the task has ended on web-1' })
    expect(result.events.filter(({ kind }) => kind === 'host.command')).toEqual([])
  })

  it.each(['run', 'plan'])('fails where it does not await its own steps: %s', async (command) => {
    expect(errorOf(await project.json([command, 'forgetful']))).toMatchObject({
      code: 'E_STEP_UNSETTLED',
      message: 'the task returned while steps were not finished: $ sleep 30',
    })
  })

  it.each([
    ['none', 'E_HOSTS_NONE'],
    ['twice', 'E_HOST_TWICE'],
    ['odd', 'E_TASK_SETTING'],
  ])('is not called on hosts that are given as %s', async (what, code) => {
    expect(errorOf(await project.json(['run', 'on', '--what', what]))).toMatchObject({ code })
  })
})

describe('batches', () => {
  it('are checked in between, and the last one is followed by none', async () => {
    await project.write('done', '')
    const result = await project.json(['run', 'slowly'])
    expect(errorOf(result)).toBeUndefined()
    const checks = result.events.filter(({ kind, step }) => kind === 'step.finished' && step === 'check')
    expect(checks.map(({ title }) => title)).toEqual([
      'check: 1 of 5 hosts are done',
      'check: 3 of 5 hosts are done',
    ])
    expect(notes(result)).toEqual(expect.arrayContaining(['checked: web-1', 'checked: web-1 web-2 web-3']))
  })

  it('go no further when a check fails', async () => {
    await project.write('done', '')
    const result = await project.json(['run', 'slowly', '--bad', '3'])
    expect(errorOf(result)).toMatchObject({ message: 'Error: traffic fails' })
    expect(begun(result)).toHaveLength(3)
    expect(notes(result)).toContain('slowly: not begun on web-4, web-5')
    expect(
      (await project.json(['exec', '--failed', 'true'])).events.filter(isBegun).map(({ host }) => host),
    ).toEqual(['web-4', 'web-5'])
  })

  it('begin with no host when their pause cannot be read', async () => {
    const result = await project.json(['run', 'wrong'])
    expect(errorOf(result)).toMatchObject({
      code: 'E_DURATION',
      message: 'batches.pause: "10" is not a duration',
    })
    expect(begun(result)).toEqual([])
  })

  it('go on where a killed run has stopped', async () => {
    await project.write('done', '')
    let run = ''
    await project.json(['run', 'slowly'], ({ kind, host, ...event }, child) => {
      if (kind === 'run.started') run = String(event.run)
      if (kind === 'host.started' && host === 'web-3') setTimeout(() => child.kill('SIGKILL'), 100)
    })
    const result = await project.json(['resume', run])
    expect(errorOf(result)).toBeUndefined()
    const finished = result.events.filter(({ kind }) => kind === 'host.finished')
    expect(finished).toHaveLength(5)
    const done = (await project.read('done')).trim().split('\n')
    expect(done.filter((name) => name === 'web-1')).toHaveLength(1)
    expect(new Set(done)).toEqual(new Set(['web-1', 'web-2', 'web-3', 'web-4', 'web-5']))
    expect(done.slice(-2).sort()).toEqual(['web-4', 'web-5'])
  })
})

const isBegun = ({ kind }: JsonEvent): boolean => kind === 'host.started'
