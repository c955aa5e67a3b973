import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, Project, type Result } from '../project.ts'
import { Sshd } from './sshd.ts'
import { until } from './until.ts'

// What OpenSSH is tested with itself, in place of a key that somebody touches; see .ci/prerequisites.
const provider = join(
  import.meta.dirname,
  '../../node_modules/.cache/openssh-tests/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so',
)

let place: string
let sshd: Sshd
let project: Project

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'viridian-sk-'))
  const key = join(place, 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519-sk', '-w', provider, '-N', '', '-f', key])
  sshd = await Sshd.start({ config: [`AuthorizedKeysFile ${key}.pub`] })
  await writeFile(join(place, 'known_hosts'), sshd.knownHosts())
  const [host] = sshd.hosts()
  project = await Project.of({
    'tasks.config.ts': `
import { join } from 'node:path'
import { defineConfig } from '@viridian/core'
const ssh = { config: join(import.meta.dirname, 'ssh_config') }
const web = [{ name: 'web-1' }]
export default defineConfig({ ssh, roles: { ssh2: web, openssh: { hosts: web, ssh: { transport: 'openssh' } } }, tasks: {} })
`,
    ssh_config: `
Host web-1
  HostName ${host?.address}
  Port ${host?.port}
  IdentityFile ${key}
  IdentitiesOnly yes
  IdentityAgent none
  SecurityKeyProvider ${provider}
  UserKnownHostsFile ${join(place, 'known_hosts')}
  GlobalKnownHostsFile /dev/null
`,
  })
})

afterAll(async () => {
  await project.remove()
  await sshd.stop()
  await rm(place, { recursive: true })
})

const exec = (role: string): Promise<Result> => ended(project.start(['exec', '--role', role, 'echo in']))

it('a security key logs in by openssh', async () => {
  const { exitCode, stdout } = await exec('openssh')
  expect(stdout).toMatch(/^web-1 │ in$/m)
  expect(exitCode).toBe(0)
})

it('whoever is to touch it is told, while ssh waits for that', async () => {
  // This one is touched at once: what ssh says of it may come too late to be passed on.
  await until('the key is spoken of', async () => {
    const { stdout, stderr } = await exec('openssh')
    return /Confirm user presence for key ED25519-SK/.test(stdout + stderr)
  })
})

it('a security key is why ssh2 cannot log in', async () => {
  const { exitCode, stdout, stderr } = await exec('ssh2')
  expect(stdout + stderr).toMatch(/it is a security key's, which takes transport: 'openssh'/)
  expect(exitCode).toBe(1)
})
