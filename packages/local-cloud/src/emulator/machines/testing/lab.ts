import { spawn } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { scaledClock } from '../../clock.ts'
import type { Machine, MachineSpec } from '../../hardware/machines.ts'
import { type OpenMachines, openMachines } from '../machines.ts'

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/** Real machines in a temporary directory, with the key that opens them. */
export class Lab {
  readonly directory: string
  readonly identity: string
  readonly publicKey: string
  machines: OpenMachines
  /** Bytes that are free on the machines' disks. */
  freeDisk: number | null = null

  private constructor(directory: string, publicKey: string, machines: OpenMachines) {
    this.directory = directory
    this.identity = join(directory, 'key')
    this.publicKey = publicKey
    this.machines = machines
  }

  static async open(): Promise<Lab> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'machines-')))
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'key')])
    const publicKey = (await readFile(join(directory, 'key.pub'), 'utf8')).trim()
    const machines = await openCloud(directory, () => lab.freeDisk)
    const lab = new Lab(directory, publicKey, machines)
    await lab.machines.importImage('ami-base')
    return lab
  }

  async close(): Promise<void> {
    await this.machines.close()
    await rm(this.directory, { recursive: true })
  }

  /** Another cloud process on the same directory. */
  async reopen(): Promise<void> {
    this.machines = await openCloud(this.directory, () => this.freeDisk)
  }

  spec(id: string, rest: Partial<MachineSpec> = {}): MachineSpec {
    return { id, image: 'ami-base', authorizedKeys: [this.publicKey], ...rest }
  }

  /** A machine that runs. */
  async launch(id: string, rest: Partial<MachineSpec> = {}): Promise<Machine> {
    const machine = await this.machines.create(this.spec(id, rest))
    await this.machines.boot(id)
    return machine
  }

  home(id: string): string {
    return join(this.directory, 'cloud', 'machines', id, 'home')
  }

  /** The options of OpenSSH's programs for a machine. */
  options({ sshPort }: Machine): readonly string[] {
    const settings = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      'BatchMode=yes',
    ]
    return [
      '-F',
      'none',
      '-i',
      this.identity,
      ...settings.flatMap((text) => ['-o', text]),
      '-o',
      `Port=${sshPort}`,
    ]
  }

  /** Runs a command on a machine with OpenSSH's own client. */
  ssh(machine: Machine, command: string, input = ''): Promise<Outcome> {
    return run('ssh', [...this.options(machine), `deploy@${machine.address}`, command], input)
  }
}

async function openCloud(directory: string, freeDisk: () => number | null): Promise<OpenMachines> {
  return openMachines({
    directory: join(directory, 'cloud'),
    clock: scaledClock(0.02),
    ssh: { user: 'deploy' },
    freeDisk,
  })
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args)
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...output, code }))
    child.stdin.on('error', () => child.stdin.destroy())
    child.stdin.end(input)
  })
}

/** Polls until `look` finds something, and gives up with its last failure. */
export async function eventually<T>(look: () => Promise<T> | T, patience = 10_000): Promise<T> {
  const deadline = Date.now() + patience
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(20)
    }
  }
}

/** User data that installs a small web application as an enabled service. */
export const webApplication = `#!/bin/sh -e
mkdir -p app
cat > app/server.js <<'END'
const { createServer } = require('node:http')
createServer((request, response) => {
  if (request.url === '/die') process.exit(1)
  response.end(process.env.GREETING + ' from ' + process.env.INSTANCE_ID)
}).listen(8080, process.env.HOST)
END
echo 'GREETING="hello there"' > app/environment
cat > app/web.service <<'END'
[Unit]
Description=The web application

[Service]
# The real one runs as its own user.
User=web
WorkingDirectory=%h/app
EnvironmentFile=%h/app/environment
ExecStart=/usr/bin/env node \\
  server.js
Restart=on-failure
END
systemctl link "$HOME/app/web.service"
sudo -n systemctl enable --now web
`
