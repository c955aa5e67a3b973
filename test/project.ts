import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))
const command = join(repository, 'packages/core/bin/tasks.js')

/** What the `tasks` command did. */
export interface Result {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An event of `--json`. */
export interface JsonEvent {
  readonly kind: string
  readonly [member: string]: unknown
}

export interface JsonResult extends Result {
  readonly events: readonly JsonEvent[]
  /** The last event of its kind; a test that asks for a missing one fails. */
  last(kind: string): JsonEvent
}

/** A user's project: made of a template, in a directory of its own, and used through the real command. */
export class Project {
  readonly directory: string
  /** The file of the `tasks` command. */
  readonly command = command

  private constructor(directory: string) {
    this.directory = directory
  }

  static async fromTemplate(name: string): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'viridian-')))
    const { exitCode, stderr } = await project.tasks('init', name)
    if (exitCode !== 0) throw new Error(stderr)
    await symlink(
      join(repository, 'templates', name, 'node_modules'),
      join(project.directory, 'node_modules'),
    )
    return project
  }

  /** A directory with these files and nothing else; Viridian's packages can be imported in it. */
  static async of(files: Readonly<Record<string, string>>): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'viridian-')))
    await symlink(join(repository, 'node_modules'), join(project.directory, 'node_modules'))
    for (const [path, text] of Object.entries(files)) await project.write(path, text)
    return project
  }

  /** Starts `tasks`, with these environment variables besides the test's own. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd = this.directory,
  ): ChildProcess {
    return spawn(process.execPath, [command, ...args], {
      cwd,
      // Node reads these certificates at each start, for longer than it takes for all else, and nobody here has one of theirs. And
      // whichever package manager runs the tests, it is not the project's.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: '', npm_config_user_agent: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** Runs `tasks` to its end. */
  async tasks(...args: string[]): Promise<Result> {
    return ended(this.start(args))
  }

  /** Runs `tasks … --json`; `watch` sees every event as it comes. */
  async json(
    args: readonly string[],
    watch?: (event: JsonEvent, child: ChildProcess) => void,
  ): Promise<JsonResult> {
    const child = this.start([...args, '--json'])
    if (watch) onLine(child, (line) => watch(JSON.parse(line), child))
    const result = await ended(child)
    const events: JsonEvent[] = result.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    const last = (kind: string): JsonEvent => {
      const event = events.findLast((event) => event.kind === kind)
      if (!event) throw new Error(`no event ${kind} in:\n${result.stdout}\n${result.stderr}`)
      return event
    }
    return { ...result, events, last }
  }

  /** How to reach the project's cloud, as `tasks cloud status` tells any client. */
  async cloud(): Promise<CloudStatus> {
    const { stdout } = await this.tasks('cloud', 'status', '--json')
    return JSON.parse(stdout)
  }

  read(path: string): Promise<string> {
    return readFile(join(this.directory, path), 'utf8')
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }

  async remove(): Promise<void> {
    if (existsSync(join(this.directory, '.tasks/cloud'))) await this.tasks('cloud', 'down')
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

export interface CloudStatus {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly dns: { readonly address: string; readonly port: number }
  readonly ssh: { readonly user: string; readonly port: number; readonly identityFile: string }
  readonly names: {
    readonly group: string
    readonly loadBalancer: string
    readonly record: string
    readonly port: number
  }
}

export function ended(child: ChildProcess): Promise<Result> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

export function onLine(child: ChildProcess, line: (line: string) => void): void {
  let rest = ''
  child.stdout?.on('data', (text) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const each of lines) line(each)
  })
}
