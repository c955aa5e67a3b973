import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, Project, type Result } from '../project.ts'
import { Kerberos } from './kerberos.ts'
import { Sshd } from './sshd.ts'

let kerberos: Kerberos
let sshd: Sshd
let project: Project

beforeAll(async () => {
  kerberos = await Kerberos.start()
  const ways = ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no', 'PubkeyAuthentication no']
  sshd = await Sshd.start({ config: [...ways, 'KbdInteractiveAuthentication no'], env: kerberos.env })
  const [host] = sshd.hosts()
  kerberos.serve(host?.address ?? '')
  const knownHosts = join(kerberos.directory, 'known_hosts')
  await writeFile(knownHosts, sshd.knownHosts())
  project = await Project.of({
    'tasks.config.ts': `
import { join } from 'node:path'
import { defineConfig } from '@viridian/core'
const ssh = { config: join(import.meta.dirname, 'ssh_config'), transport: 'openssh' }
export default defineConfig({ ssh, roles: { web: [{ name: 'web-1' }] }, tasks: {} })
`,
    ssh_config: `
Host web-1
  HostName ${host?.address}
  Port ${host?.port}
  GSSAPIAuthentication yes
  IdentityAgent none
  UserKnownHostsFile ${knownHosts}
  GlobalKnownHostsFile /dev/null
`,
  })
})

afterAll(async () => {
  await project.remove()
  await sshd.stop()
  await kerberos.stop()
})

const exec = (): Promise<Result> => ended(project.start(['exec', '--role', 'web', 'echo in'], kerberos.env))

it('a host of a Kerberos realm lets in whoever has a ticket, by openssh', async () => {
  const without = await exec()
  expect(without).toMatchObject({ exitCode: 1 })
  expect(without.stdout + without.stderr).toMatch(
    /E_HOST[\s\S]*tried gssapi-with-mic[\s\S]*hint: [^\n]*kinit/,
  )
  kerberos.getTicket()
  const within = await exec()
  expect(within).toMatchObject({ exitCode: 0 })
  expect(within.stdout).toMatch(/^web-1 │ in$/m)
})
