import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Access } from '../account.ts'
import { ended, type Result } from '../project.ts'

const run = promisify(execFile)
const here = import.meta.dirname
const cache = fileURLToPath(new URL('../../node_modules/.cache/viridian-referees', import.meta.url))

/** Python with boto3, the AWS CLI and moto, in a virtual environment of the versions in requirements.txt. */
export class Python {
  readonly #program: string

  private constructor(directory: string) {
    this.#program = join(directory, 'bin', 'python')
  }

  /** The environment of these requirements: made by the first who asks for it, kept for later runs. */
  static async open(): Promise<Python> {
    const requirements = join(here, 'requirements.txt')
    const hash = createHash('sha256').update(await readFile(requirements))
    const directory = join(cache, hash.digest('hex').slice(0, 16))
    try {
      await run('python3', ['-c', 'import ensurepip, venv'])
    } catch (cause) {
      throw new Error(
        'the referees need Python 3 with venv: install python3 and python3-venv (Debian), or run .ci/run',
        { cause },
      )
    }
    await run('python3', [join(here, 'python', 'environment.py'), requirements, directory])
    return new Python(directory)
  }

  /** Runs Python to its end: a script of this folder, or `-m` and a module. */
  run(args: readonly string[], access: Access): Promise<Result> {
    const child = spawn(this.#program, args, {
      cwd: join(here, 'python'),
      env: environmentFor(access),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return ended(child)
  }

  /** Runs one of this folder's scripts; the JSON lines that it prints. */
  async report(script: string, access: Access, ...args: string[]): Promise<ReportLine[]> {
    const { exitCode, stdout, stderr } = await this.run([script, ...args], access)
    if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}\n${stdout}${stderr}`)
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  /** Runs an AWS CLI command, as `aws …`. */
  aws(args: readonly string[], access: Access): Promise<Result> {
    return this.run(['-m', 'awscli', ...args], access)
  }

  spawn(args: readonly string[]) {
    return spawn(this.#program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

/** What a script found out, as one line of JSON. */
export interface ReportLine {
  readonly [member: string]: unknown
}

/** Nothing of the person's own AWS configuration reaches a referee. */
function environmentFor(access: Access): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  return {
    ...Object.fromEntries(own),
    PYTHONDONTWRITEBYTECODE: '1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: access.endpoint,
    AWS_DEFAULT_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
  }
}
