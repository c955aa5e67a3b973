import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateTagsCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { type JsonResult, Project } from './project.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'
import { until } from './referees/until.ts'

const linesOf = ({ events }: JsonResult): string[] =>
  events
    .filter(({ kind }) => kind === 'host.output')
    .map(({ host, line }) => `${host}: ${line}`)
    .sort()

describe('roles that are found in AWS', () => {
  let project: Project
  let client: EC2Client
  let members: string[] = []

  beforeAll(async () => {
    project = await Project.fromTemplate('instance-swap')
    const config = await project.read('tasks.config.ts')
    await project.write(
      'tasks.config.ts',
      config.replace(
        /^ {2}roles: .*$/m,
        `  roles: {
    web: instances.hosts({ group: 'web', trustConsole: true }),
    jobs: instances.hosts({ tags: { Role: 'jobs' }, trustConsole: true }),
    both: instances.hosts({ group: 'web', tags: { Role: 'jobs' } }),
    typo: instances.hosts({ group: 'w*b' }),
  },`,
      ),
    )
  })
  afterAll(() => project.remove())

  const rolesOf = async () => {
    const { events, exitCode } = await project.json(['roles'])
    const found = events.map(({ role, hosts, error }) => [
      role,
      Array.isArray(hosts) ? hosts.map(({ name }) => name) : error,
    ])
    return { exitCode, roles: Object.fromEntries(found) }
  }

  it('are not asked for where that would take opening the stage, which is said', async () => {
    const { exitCode, stdout, stderr } = await project.tasks('roles')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(
      'E_STAGE_CLOSED: the function of role "web" is not called: stage "local" is not open\nhint: a run on it opens it\n',
    )
  })

  it('are commanded as any other: the members of a group, by the ids of their instances', async () => {
    const done = await project.json(['exec', '--role', 'web', 'echo here'])
    expect(done.last('run.finished')).toMatchObject({ status: 'succeeded' })
    const cloud = await project.cloud()
    const { endpoint, region, accessKeyId, secretAccessKey } = cloud
    client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    members = (await new Account(cloud).instances()).map(({ id }) => id).sort()
    expect(members).toHaveLength(3)
    expect(linesOf(done)).toEqual(members.map((id) => `${id}: here`))
  }, 60_000)

  it('are what tags say just now', async () => {
    const [first = '', second = ''] = members
    const tag = (id: string, Value: string) =>
      client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Role', Value }] }))
    const none = {
      code: 'E_ROLE_EMPTY',
      message: 'role "jobs" matched no hosts',
      hint: 'there are no running instances tagged Role=jobs in this account and region just now',
    }
    expect((await rolesOf()).roles).toMatchObject({ web: members, jobs: none })
    await tag(first, 'jobs')
    await tag(second, 'Jobs')
    const { exitCode, roles } = await rolesOf()
    // Of a group's name no part stands for any text.
    expect({ exitCode, roles }).toMatchObject({
      exitCode: 1,
      roles: { web: members, jobs: [first], both: [first], typo: { code: 'E_ROLE_EMPTY' } },
    })
    await project.write('notes.txt', 'to be done\n')
    expect(await project.tasks('put', 'notes.txt', 'notes.txt', '--role', 'jobs')).toMatchObject({
      exitCode: 0,
    })
    const read = await project.json(['exec', '--role', 'web', 'cat notes.txt 2>&- || echo nothing'])
    expect(linesOf(read)).toEqual([`${first}: to be done`, ...members.slice(1).map((id) => `${id}: nothing`)])
  })

  it('give one host by its name, to commands and to a shell', async () => {
    const [, second = ''] = members
    expect(linesOf(await project.json(['exec', '--hosts', second, 'echo alone']))).toEqual([
      `${second}: alone`,
    ])
    const terminal = await PseudoTerminal.open(project.directory)
    const ssh = (words: string) =>
      `${process.execPath} ${project.command} ssh ${words} -- 'echo gone in-$((1 + 1))'\r`
    try {
      for (const words of [second, 'jobs', 'web --first']) {
        terminal.type(ssh(words))
        await terminal.shows('gone in-2')
        await terminal.shows('here> ')
      }
    } finally {
      await terminal.hangUp()
    }
  })

  it('are seen by the doctor, who logs in to them', async () => {
    const { events } = await project.json(['doctor', '--role', 'web'])
    expect(events.filter(({ check }) => check === 'role/web')).toMatchObject([
      { verdict: 'ok', says: 'web 3' },
    ])
    expect(events.filter(({ check }) => check === 'role/typo')).toMatchObject([
      { verdict: 'warning', hint: expect.stringContaining('running instances in group "w*b"') },
    ])
    const reached = events.filter(({ check }) => check === 'hosts/reached')
    expect(reached.map(({ place, verdict }) => [place, verdict])).toEqual(
      members.map((host) => [{ host }, 'ok']),
    )
  })

  it('leave out whoever does not run any more', async () => {
    const [first = ''] = members
    await client.send(new TerminateInstancesCommand({ InstanceIds: [first] }))
    await until('the role is empty', async () => (await rolesOf()).roles.jobs.code === 'E_ROLE_EMPTY')
    const named = await project.tasks('exec', '--role', 'jobs', 'true')
    expect(named.stdout).toContain('E_ROLE_EMPTY: role "jobs" matched no hosts')
  })
})

describe('a role whose function names neither a group nor a tag', () => {
  it('is refused when the task file is loaded', async () => {
    const project = await Project.of({
      'tasks.config.ts': `
import { ec2 } from '@viridian/aws-ec2'
import { defineConfig } from '@viridian/core'
const instances = ec2()
export default defineConfig({ plugins: [instances], roles: { web: instances.hosts({}) }, tasks: {} })
`,
    })
    const { exitCode, stderr } = await project.tasks('roles')
    await project.remove()
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(
      /^E_CONFIG_BROKEN: .* neither a group nor a tag\n[\s\S]* at tasks\.config\.ts:5\nhint: write/,
    )
  })
})

describe('the hosts that a role has found', () => {
  it('are the same to a resumed run', async () => {
    const project = await Project.of({
      inventory: 'web-1 web-2',
      'tasks.config.ts': `
import { existsSync, readFileSync } from 'node:fs'
import { defineConfig, task } from '@viridian/core'
const look = task({}, async (t) => {
  const names = async () => (await t.hosts('web')).map(({ name }) => name).join(' ')
  t.say('first ' + await names())
  if (existsSync('deadly')) process.kill(process.pid, 'SIGKILL')
  t.say('then ' + await names())
})
export default defineConfig({ roles: { web: async () => readFileSync('inventory', 'utf8').split(' ') }, tasks: { look } })
`,
      deadly: '',
    })
    const killed = await project.json(['run', 'look'])
    await project.write('inventory', 'web-3')
    await rm(join(project.directory, 'deadly'))
    const resumed = await project.json(['resume', String(killed.last('run.started').run)])
    await project.remove()
    const said = resumed.events.filter(({ kind }) => kind === 'note').map(({ text }) => text)
    expect(said).toEqual(expect.arrayContaining(['first web-1 web-2', 'then web-3']))
    expect(resumed.last('run.finished')).toMatchObject({ status: 'succeeded' })
  })
})
