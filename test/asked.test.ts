import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atTerminal } from './person.ts'
import { Project } from './project.ts'
import { Sshd } from './referees/sshd.ts'

const passphrase = 'open sesame'
let server: Sshd
let project: Project
let home: string
let key: string

const config = `
import { readFileSync } from 'node:fs'
import { defineConfig, task } from '@viridian/core'

const [host] = JSON.parse(readFileSync('hosts.json', 'utf8'))
export default defineConfig({
  ssh: { config: 'ssh_config', connectTimeout: '20s' },
  roles: { web: ['web-1', 'web-2', 'web-3'].map((name) => ({ ...host, name, identityFile: 'locked' })) },
  tasks: { sure: task({}, (t) => t.confirm('Sure?')) },
})
`
const odd = 'web\u001b[2Jx'
const oddConfig = `
import { defineConfig } from '@viridian/core'
import config from './tasks.config.ts'

export default defineConfig({
  ...config,
  roles: { odd: async () => [{ ...config.roles.web[0], name: ${JSON.stringify(odd)} }] },
})
`

beforeAll(async () => {
  server = await Sshd.start({ config: ['MaxStartups 200:30:300'] })
  project = await Project.of({
    'tasks.config.ts': config,
    'odd.config.ts': oddConfig,
    'hosts.json': JSON.stringify(server.hosts()),
    ssh_config: 'UserKnownHostsFile known_hosts\nGlobalKnownHostsFile none\n',
  })
  home = project.directory
  key = join(project.directory, 'locked')
  copyFileSync(join(server.directory, 'id'), key)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', key])
})

afterAll(async () => {
  await project.remove()
  await server.stop()
})

describe('a person at a terminal', () => {
  it('sees the name of a host, which clears no screen', async () => {
    const { stdout } = await project.tasks('roles', '--config', 'odd.config.ts')
    expect(stdout).toContain('odd:  webx')
    const sitting = await atTerminal(
      project.directory,
      ['exec', '--config', 'odd.config.ts', '--role', 'odd', 'true'],
      [{ question: 'Is it the right one? [yes/no/fingerprint]', typed: 'no' }],
      { HOME: home, SSH_AUTH_SOCK: '' },
    )
    expect(sitting).toMatchObject({ exitCode: 1, unasked: 0 })
    expect(sitting.screen).toContain('webx')
    expect(sitting.screen).not.toContain(odd)
  })

  it('is asked for the host key and the passphrase, once for all hosts, and nothing of the latter is seen', async () => {
    const sitting = await atTerminal(
      project.directory,
      ['exec', '--role', 'web', `echo said ${passphrase}`],
      [
        { question: 'Is it the right one? [yes/no/fingerprint]', typed: 'yes' },
        { question: `passphrase of ${key}:`, typed: passphrase },
      ],
      { HOME: home, SSH_AUTH_SOCK: '' },
    )
    expect(sitting).toMatchObject({ exitCode: 0, unasked: 0 })
    expect(sitting.screen).not.toContain(passphrase)
    expect(sitting.screen).toContain('said [masked]')
    expect(sitting.screen.match(/passphrase of \S+\/locked:/g)).toHaveLength(1)
    expect(sitting.screen).toContain('is now in known_hosts')
    const [address = ''] = server.addresses
    expect(await project.read('known_hosts')).toBe(`[${address}]:${server.port} ${server.hostKey}\n`)
  })

  it('says no: what was asked for is cancelled, and has not failed', async () => {
    const sitting = await atTerminal(
      project.directory,
      ['run', 'sure'],
      [{ question: 'Sure? [y/N]', typed: 'n' }],
    )
    expect(sitting).toMatchObject({ exitCode: 1, unasked: 0 })
    expect(sitting.screen).toMatch(/sure.* cancelled after .*E_DECLINED.*: "Sure\?" was not confirmed/s)
  })

  it('is missing elsewhere: the run fails at once, and says what to do', async () => {
    const { exitCode, stdout } = await project.tasks('exec', '--role', 'web', 'true')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('locked is encrypted')
    expect(stdout).toContain(`ssh-add ${key}`)
  })
})
