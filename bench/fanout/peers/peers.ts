import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Field, hostNames } from '../field.ts'
import type { Job } from '../measure.ts'

/** How the product and its peers run `true` on so many new hosts: a whole process each. */
export interface Peer {
  readonly name: string
  /** Programs that must be on the PATH, or in `node_modules/.cache/bench-peers/bin`. */
  readonly programs: readonly string[]
  /** How to get them. */
  readonly get: string
  /** Above so many hosts it is not run: it would take minutes. */
  readonly most?: number
  job(field: Field, hosts: number): Job
}

const here = import.meta.dirname
const root = join(here, '../../..')
export const pythonPeers = join(root, 'node_modules/.cache/bench-peers')
const pip = `python3 -m venv node_modules/.cache/bench-peers && node_modules/.cache/bench-peers/bin/pip install fabric ansible-core`

export const tasksCommand = [process.execPath, join(root, 'packages/core/bin/tasks.js')]

/** A project of so many hosts, on which the product is run. */
export function project(field: Field, hosts: number, tasks = ''): string {
  const directory = join(field.directory, `project-${hosts}`)
  const scope = join(directory, 'node_modules/@viridian')
  mkdirSync(scope, { recursive: true })
  const core = join(scope, 'core')
  if (!existsSync(core)) symlinkSync(join(root, 'packages/core'), core)
  const names = JSON.stringify(hostNames(hosts))
  writeFileSync(
    join(directory, 'tasks.config.ts'),
    `import { defineConfig, remoteTask, task } from '@viridian/core'
const all = ${names}
const ssh = { config: '${field.sshConfig}' }
${tasks === '' ? 'const tasks = {}' : tasks}
export default defineConfig({ roles: { all }, ssh, tasks })
`,
  )
  return directory
}

export const product: Peer = {
  name: 'tasks exec',
  programs: [],
  get: '',
  job: (field, hosts) => ({
    command: [...tasksCommand, 'exec', '--role', 'all', 'true'],
    cwd: project(field, hosts),
  }),
}

export interface ScriptSettings {
  readonly rounds?: number
  readonly knobs?: boolean
}

export function ssh2Script(field: Field, hosts: number, settings: ScriptSettings): Job {
  const { port, user, identityFile } = field
  const job = { hosts, port, user, identityFile, ...settings }
  return { command: [process.execPath, join(here, 'ssh2-script.mjs'), JSON.stringify(job)] }
}

export function fabricScript(field: Field, hosts: number, more: object = {}): Job {
  const job = { ssh_config: field.curveConfig, hosts: hostNames(hosts), ...more }
  return {
    command: [programPath('python') ?? 'python3', join(here, 'fabric_script.py'), JSON.stringify(job)],
  }
}

/** Fabric puts files one by one: a directory is walked by hand. */
export function fabricUpload(field: Field, hosts: number, tree: string): Job {
  return fabricScript(field, hosts, { put: tree, home: field.home })
}

export function ansible(field: Field, hosts: number, module: 'raw' | 'command', persist = 'no'): Job {
  const inventory = field.hostsFile(hosts)
  const control =
    persist === 'no' ? '-o ControlMaster=no' : `-o ControlMaster=auto -o ControlPersist=${persist}`
  return {
    command: [
      programPath('ansible') ?? 'ansible',
      'all',
      '-i',
      inventory,
      '-f',
      '50',
      '-m',
      module,
      '-a',
      'true',
    ],
    env: {
      ANSIBLE_CONFIG: configFile(field),
      ANSIBLE_PIPELINING: 'True',
      ANSIBLE_SSH_ARGS: `-F ${field.curveConfig} ${control}`,
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(field.directory, 'cp'),
      ANSIBLE_LOCAL_TEMP: join(field.directory, 'ansible'),
      ANSIBLE_DEPRECATION_WARNINGS: 'False',
      ANSIBLE_PYTHON_INTERPRETER: 'auto_silent',
      LC_ALL: 'C.UTF-8',
    },
  }
}

export const peers: readonly Peer[] = [
  { name: 'ssh2 script', programs: [], get: '', job: (field, hosts) => ssh2Script(field, hosts, {}) },
  {
    name: 'ssh2 script with the knobs',
    programs: [],
    get: '',
    job: (field, hosts) => ssh2Script(field, hosts, { knobs: true }),
  },
  {
    name: 'xargs ssh',
    programs: ['xargs', 'ssh'],
    get: 'apt-get install openssh-client',
    job: (field, hosts) => ({
      command: [
        'xargs',
        '-a',
        field.hostsFile(hosts),
        '-P',
        '50',
        '-I{}',
        'ssh',
        '-F',
        field.curveConfig,
        '{}',
        'true',
      ],
    }),
  },
  {
    name: 'pssh',
    programs: ['parallel-ssh'],
    get: 'apt-get install pssh',
    job: (field, hosts) => ({
      command: [
        'parallel-ssh',
        '-p',
        '50',
        '-t',
        '0',
        '-h',
        field.hostsFile(hosts),
        '-x',
        `-F ${field.curveConfig}`,
        'true',
      ],
    }),
  },
  {
    name: 'pdsh',
    programs: ['pdsh'],
    get: 'apt-get install pdsh',
    job: (field, hosts) => ({
      command: ['pdsh', '-R', 'ssh', '-f', '50', '-w', `^${field.hostsFile(hosts)}`, 'true'],
      env: { PDSH_SSH_ARGS_APPEND: `-F ${field.curveConfig}` },
    }),
  },
  {
    name: 'clush',
    programs: ['clush'],
    get: 'apt-get install clustershell',
    job: (field, hosts) => ({
      command: [
        'clush',
        '-f',
        '50',
        '--hostfile',
        field.hostsFile(hosts),
        '-o',
        `-F ${field.curveConfig}`,
        'true',
      ],
    }),
  },
  { name: 'Fabric', programs: ['fab'], get: pip, job: (field, hosts) => fabricScript(field, hosts) },
  {
    name: 'Ansible raw',
    programs: ['ansible'],
    get: pip,
    most: 200,
    job: (field, hosts) => ansible(field, hosts, 'raw'),
  },
  {
    name: 'Ansible command',
    programs: ['ansible'],
    get: pip,
    most: 50,
    job: (field, hosts) => ansible(field, hosts, 'command'),
  },
]

const askPython = `from importlib.metadata import version
print(', '.join(f'{name} {version(name)}' for name in ('fabric', 'paramiko', 'ansible-core')))`

/** The releases of those whose speed changes from one to the next. */
export function releases(): string {
  const ssh = spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.split(',')[0]
  const python = programPath('python')
  const libraries = python && spawnSync(python, ['-c', askPython], { encoding: 'utf8' }).stdout.trim()
  return [ssh, libraries].filter((each) => each !== undefined && each !== '').join(', ')
}

/** Where a program is; undefined: nowhere. */
export function programPath(name: string): string | undefined {
  const directories = [join(pythonPeers, 'bin'), ...(process.env.PATH ?? '').split(delimiter)]
  return directories.map((directory) => join(directory, name)).find(existsSync)
}

export const missing = ({ programs }: Peer): readonly string[] =>
  programs.filter((name) => !programPath(name))

// An empty one of its own: none of the user's settings bends the comparison.
function configFile({ directory }: Field): string {
  const file = join(directory, 'ansible.cfg')
  writeFileSync(file, '')
  return file
}
