import { expect, it } from 'vitest'
import { remoteTask, task } from '../task/task.ts'
import { checkConfig } from './check.ts'
import { defineConfig } from './config.ts'

const check = (config: object): unknown => {
  try {
    return checkConfig({ tasks: {}, ...config }, 'tasks.config.ts') && 'fine'
  } catch (error) {
    return error
  }
}

const body = async (): Promise<void> => undefined
// As a task file in JavaScript may have them.
const remote = (settings: object) =>
  remoteTask({ role: 'web', ...settings } as Parameters<typeof remoteTask>[0], body)
const local = (settings: object) => task(settings, body)
const withoutBody = (settings: object): unknown => Reflect.apply(task, undefined, [settings])

it.each<[string, object]>([
  [
    'ssh settings',
    {
      ssh: {
        user: 'deploy',
        port: 22,
        config: false,
        knownHosts: ['known_hosts'],
        connectTimeout: '30s',
        sudoPassword: () => 'secret',
        identityFile: undefined,
      },
    },
  ],
  ['a stage', { stages: { there: { ssh: { transport: 'openssh' }, env: { A: 'b' }, roles: {} } } }],
  [
    'lists as defaults of a stage',
    defineConfig({
      tasks: { a: task({ args: { zones: 'string[]' } }, body) },
      stages: { there: { defaults: { zones: ['a', 'b'] } } },
    }),
  ],
  ['a plugin with members of its own', { plugins: [{ name: 'mine', own: 1 }] }],
  [
    'a remote task',
    {
      tasks: {
        a: remote({ once: true, summary: 's', args: { x: 'string' }, hooks: { before: body }, retry: 1 }),
        'c:d': { e_f: local({ summary: 's', hooks: { before: body }, locks: () => [] }) },
        b: remote({ batches: '20%', maxFailures: 1, concurrency: 5, timeout: '5m', deadline: 60_000 }),
      },
    },
  ],
])('has %s', (_, config) => {
  expect(check(config)).toBe('fine')
})

it.each<[object, string, RegExp]>([
  [
    { tasks: { a: local({ args: { token: { type: 'string', secert: true } } }) } },
    'tasks.a.args.token.secert is nothing that can be said of a task argument',
    /did you mean secret/,
  ],
  [
    { tasks: { a: local({ args: { size: { type: 'number', default: 'many' } } }) } },
    'task "a", argument "size": its default cannot be used: --size: "many" is not a number',
    /args/,
  ],
  [
    { tasks: { a: local({ args: { tone: { type: 'string', choices: ['warm'], default: 'hot' } } }) } },
    'its default cannot be used: --tone: "hot" is not one of warm',
    /args/,
  ],
  [
    { tasks: { a: local({ args: { valueOf: 'string' } }) } },
    'every object has a member of this name',
    /args/,
  ],
  [
    { tasks: { a: local({ args: { quiet2: { type: 'boolean', secret: true } } }) } },
    'a boolean cannot be kept secret',
    /args/,
  ],
  [{ rols: {} }, 'rols is nothing that can be said of a configuration', /did you mean roles/],
  [{ stages: { a: { rolse: {} } } }, 'stages.a.rolse is nothing that can be said of a stage', /roles/],
  [{ ssh: { conectTimeout: '3s' } }, 'ssh.conectTimeout is nothing', /did you mean connectTimeout/],
  [{ ssh: { port: 99_999 } }, 'ssh.port: ', /SshDefaults/],
  [{ ssh: { port: 'x' } }, 'ssh.port: ', /SshDefaults/],
  [{ ssh: { user: 5 } }, 'ssh.user: ', /SshDefaults/],
  [{ ssh: { transport: 'telnet' } }, 'ssh.transport: ', /SshDefaults/],
  [{ ssh: { knownHosts: '/x' } }, 'ssh.knownHosts: expected a list of files', /SshDefaults/],
  [{ ssh: { connectTimeout: '30' } }, 'ssh.connectTimeout: "30" is not a duration', /SshDefaults/],
  [{ ssh: 'deploy' }, 'ssh: ', /SshDefaults/],
  [{ stages: { a: { ssh: { usr: 'x' } } } }, 'stages.a.ssh.usr is nothing', /did you mean user/],
  [{ tasks: { a: remote({ conccurency: 1 }) } }, 'tasks.a.conccurency is nothing', /concurrency/],
  [{ tasks: { d: { a: remote({ role: undefined }) } } }, 'tasks.d.a.role: ', /RemoteTaskSettings/],
  [{ tasks: { a: remote({ once: 'yes' }) } }, 'tasks.a.once: ', /RemoteTaskSettings/],
  [{ tasks: { a: remote({ onFailure: 'xx' }) } }, 'tasks.a.onFailure: there is no "xx"', /stop, finish/],
  [{ tasks: { a: remote({ batches: { pause: '1s' } }) } }, 'tasks.a.batches: there are no sizes', /sizes/],
  [{ tasks: { a: remote({ batches: { sizes: [1], pause: '10' } }) } }, 'tasks.a.batches.pause: "10"', /unit/],
  [{ tasks: { a: remote({ concurrency: 0 }) } }, 'tasks.a.concurrency: "0" is no', /1 or more/],
  [{ tasks: { a: remote({ hooks: { onFailed: body } }) } }, 'tasks.a.hooks.onFailed is', /onFailure/],
  [{ tasks: { a: local({ hooks: { befor: body } }) } }, 'tasks.a.hooks.befor is', /before/],
  [{ tasks: { a: local({ hooks: { before: 'x' } }) } }, 'tasks.a.hooks.before: ', /LocalTaskSettings/],
  [{ tasks: { a: local({ sumary: 'x' }) } }, 'tasks.a.sumary is nothing', /did you mean summary/],
  [{ tasks: { a: local({ lock: () => ['x'] }) } }, 'tasks.a.lock is nothing', /did you mean locks/],
  [{ tasks: { a: local({ locks: ['x'] }) } }, 'tasks.a.locks: expected a function', /LocalTaskSettings/],
  [{ tasks: { a: withoutBody({}) } }, 'tasks.a.body: expected a function', /LocalTaskSettings/],
  [{ tasks: { a: withoutBody(body) } }, 'tasks.a.body: expected a function', /LocalTaskSettings/],
  [{ tasks: { a: { '': local({}) } } }, 'no task can be named "a:"', /one word/],
  [{ tasks: { '--x': local({}) } }, 'no task can be named "--x"', /dash/],
  [{ tasks: { a: { b: local({}) }, 'a:b': local({}) } }, 'two tasks are named a:b', /\{ a: \{ b \}/],
])('%j is refused', (config, message, hint) => {
  expect(check(config)).toMatchObject({
    code: 'E_CONFIG_INVALID',
    message: expect.stringContaining(message),
    hint: expect.stringMatching(hint),
  })
})
