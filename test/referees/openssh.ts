import { spawn } from 'node:child_process'
import { ended, type Result } from '../project.ts'

export interface OpenSshLogin {
  readonly user: string
  readonly port: number
  readonly identityFile: string
  readonly knownHosts: string
  /** Lines of ssh_config. */
  readonly settings?: readonly string[]
}

/** OpenSSH's own programs, and rsync over them, with one login's settings and nobody's own. */
export class OpenSsh {
  readonly #login: OpenSshLogin

  constructor(login: OpenSshLogin) {
    this.#login = login
  }

  /** The same with other settings. */
  with(changes: Partial<OpenSshLogin>): OpenSsh {
    return new OpenSsh({ ...this.#login, ...changes })
  }

  /** A path on a host, as scp and rsync name it. */
  at(address: string, path: string): string {
    return `${this.#login.user}@${address}:${path}`
  }

  ssh(address: string, command: string, input?: Uint8Array): Promise<Result> {
    return run('ssh', [...this.#options(), `${this.#login.user}@${address}`, command], input)
  }

  scp(...args: string[]): Promise<Result> {
    return run('scp', [...this.#options(), ...args])
  }

  /** Runs the lines of a batch; those that begin with `-` may fail. */
  sftp(address: string, lines: readonly string[]): Promise<Result> {
    const batch = Buffer.from(`${lines.join('\n')}\n`)
    return run('sftp', [...this.#options(), '-b', '-', `${this.#login.user}@${address}`], batch)
  }

  rsync(...args: string[]): Promise<Result> {
    return run('rsync', ['-e', ['ssh', ...this.#options()].join(' '), ...args])
  }

  #options(): string[] {
    const { port, identityFile, knownHosts, settings: more = [] } = this.#login
    const settings = [
      ...more,
      `Port=${port}`,
      `IdentityFile=${identityFile}`,
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${knownHosts}`,
      'GlobalKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
    ]
    return ['-F', 'none', ...settings.flatMap((setting) => ['-o', setting])]
  }
}

function run(program: string, args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Promise<Result> {
  // A client that hangs is a failure to tell, and no process to leave behind.
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 40_000,
    killSignal: 'SIGKILL',
  })
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => child.stdin.destroy())
  child.stdin.end(input)
  return ended(child)
}
