import type { HostSpec } from '@viridian/core'
import { type JsonResult, Project } from '../project.ts'

/** A user's tasks for hosts that a test writes down in `hosts.json`. */
const taskFile = `
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, remoteTask } from '@viridian/core'

const text = { type: 'string' } as const
const inventory = JSON.parse(readFileSync(join(import.meta.dirname, 'hosts.json'), 'utf8'))

const sh = remoteTask({ role: 'web', args: { script: text } }, async (host, t) => {
  const { code, stdout, stderr, truncated } = await host.run\`sh -c \${t.args.script}\`
  t.say(JSON.stringify({ host: host.name, code, stdout: stdout.slice(-1000), stderr: stderr.slice(-1000), truncated }))
})

const parallel = remoteTask({ role: 'web', args: { count: 'number' } }, async (host, t) => {
  const numbers = Array.from({ length: t.args.count }, (_, index) => index)
  const results = await Promise.all(numbers.map((number) => host.run\`sleep 0.2; echo \${number}\`))
  t.say(results.map(({ stdout }) => stdout).join(' '))
})

const files = remoteTask({ role: 'web', args: { local: text, remote: text } }, async (host, t) => {
  await host.put(t.args.local, t.args.remote)
  await host.get(t.args.remote, \`\${t.args.local}.\${host.name}\`)
  await host.write(\`\${t.args.remote}.note\`, 'grüße')
  t.say(JSON.stringify([await host.read(\`\${t.args.remote}.note\`), await host.exists('nothing')]))
})

export default defineConfig({
  roles: { web: inventory.hosts },
  ssh: { config: false, knownHosts: [join(import.meta.dirname, 'known_hosts')], connectTimeout: inventory.connectTimeout },
  tasks: { sh, parallel, files },
})
`

export class RemoteProject {
  readonly project: Project

  private constructor(project: Project) {
    this.project = project
  }

  static async open(): Promise<RemoteProject> {
    return new RemoteProject(await Project.of({ 'tasks.config.ts': taskFile }))
  }

  async aim(hosts: readonly HostSpec[], knownHosts: string, connectTimeout = '30s'): Promise<void> {
    await this.project.write('hosts.json', JSON.stringify({ hosts, connectTimeout }))
    await this.project.write('known_hosts', knownHosts)
  }

  sh(script: string): Promise<JsonResult> {
    return this.project.json(['run', 'sh', '--script', script])
  }
}

/** What the tasks said for the test. */
export function said(result: JsonResult): unknown[] {
  return result.events.filter(({ kind }) => kind === 'note').map(({ text }) => parsed(String(text)))
}

/** How each host ended: the code of its failure, or `done`. */
export function ends(result: JsonResult): Record<string, string> {
  const finished = result.events.filter(({ kind }) => kind === 'host.finished')
  return Object.fromEntries(
    finished.map(({ host, error }) => [
      String(host),
      error === undefined ? 'done' : String(Object(error).code),
    ]),
  )
}

/** The lines that a stream of the hosts showed. */
export function shown(result: JsonResult, stream: 'stdout' | 'stderr'): string[] {
  return result.events
    .filter((event) => event.kind === 'host.output' && event.stream === stream)
    .map(({ line }) => String(line))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
