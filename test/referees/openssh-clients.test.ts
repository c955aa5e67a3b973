import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from '../account.ts'
import { type CloudStatus, Project } from '../project.ts'
import { cloudUp } from './cloud-up.ts'
import { OpenSsh } from './openssh.ts'

let project: Project
let open: OpenSsh
let knownHosts: string
let first: string
let second: string
const big = randomBytes(20_000_000)
const done = { exitCode: 0, stdout: '', stderr: '' }

beforeAll(async () => {
  project = await Project.fromTemplate('instance-swap')
  const cloud = await cloudUp(project, '--fleet', '2')
  const instances = await new Account(cloud).instances()
  knownHosts = await consoleKeys(cloud, instances)
  ;[first = '', second = ''] = instances.map(({ address }) => address)
  open = new OpenSsh({ ...cloud.ssh, knownHosts: local('known_hosts') })
  await writeFile(local('known_hosts'), knownHosts)
  await writeFile(local('big'), big)
}, 120_000)

afterAll(() => project.remove())

const local = (...path: string[]): string => join(project.directory, ...path)
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777

/** What known_hosts may say of instances, from what their consoles show. */
async function consoleKeys(
  { endpoint, region, accessKeyId, secretAccessKey, ssh }: CloudStatus,
  instances: readonly { id: string; address: string }[],
): Promise<string> {
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const lines = await Promise.all(
    instances.map(async ({ id, address }) => {
      const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId: id }))
      const [key = ''] = /^ssh-ed25519 \S+/m.exec(Buffer.from(Output, 'base64').toString()) ?? []
      return `[${address}]:${ssh.port} ${key}\n`
    }),
  )
  return lines.join('')
}

async function there(address: string, path: string): Promise<string> {
  const { stdout } = await open.ssh(address, `sha256sum ${path}`)
  return stdout.split(' ')[0] ?? ''
}

describe.sequential('ssh to an instance', () => {
  it('shows the host key of the console, and no other', async () => {
    expect(knownHosts).toMatch(/^(\[127\.\d+\.\d+\.\d+\]:\d+ ssh-ed25519 \S+\n){2}$/)
    expect(await open.ssh(first, 'true')).toEqual(done)
    const [one = '', two = ''] = knownHosts.split('\n').map((line) => line.split(' ')[0])
    await writeFile(
      local('exchanged'),
      knownHosts.replace(one, 'x').replace(two, one).replace('x ', `${two} `),
    )
    const { exitCode, stderr } = await open.with({ knownHosts: local('exchanged') }).ssh(first, 'true')
    expect(exitCode).toBe(255)
    expect(stderr).toMatch(/REMOTE HOST IDENTIFICATION HAS CHANGED/)
  })

  it.each([0, 1, 42, 255])('tells exit code %s', async (code) => {
    expect((await open.ssh(second, `exit ${code}`)).exitCode).toBe(code)
  })

  it('tells of a command that a signal ended', async () => {
    expect((await open.ssh(first, 'kill -TERM $$')).exitCode).toBe(255)
  })

  it('carries input of any size to its end, and both outputs', async () => {
    const { exitCode, stdout, stderr } = await open.ssh(first, 'cat >&2; echo end', Buffer.from('a\0é\n'))
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'end\n', stderr: 'a\0é\n' })
    expect((await open.ssh(first, 'sha256sum', big)).stdout).toBe(`${sha256(big)}  -\n`)
    expect((await open.ssh(first, 'head -c 3', big)).stdout).toHaveLength(big.toString('utf8', 0, 3).length)
  })

  it.each(['RekeyLimit=1M', 'Compression=yes', 'Ciphers=aes128-ctr', 'KexAlgorithms=ecdh-sha2-nistp256'])(
    'goes with %s',
    async (setting) => {
      const odd = open.with({ settings: [setting] })
      const { exitCode, stdout } = await odd.ssh(first, 'tee copy | sha256sum', big)
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${sha256(big)}  -\n` })
      const back = await odd.scp(odd.at(first, 'copy'), local('copy'))
      expect(back).toEqual(done)
      expect(sha256(await readFile(local('copy')))).toBe(sha256(big))
    },
  )

  it('is twenty at once', async () => {
    const all = Array.from({ length: 20 }, (_, index) =>
      open.ssh(index % 2 ? first : second, `echo ${index}`),
    )
    expect((await Promise.all(all)).map(({ stdout }) => Number(stdout))).toEqual(all.map((_, index) => index))
  })

  it('is refused to another key, and to another user', async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', local('other')])
    for (const changes of [{ identityFile: local('other') }, { user: 'root' }, { user: 'nobody' }]) {
      const { exitCode, stdout, stderr } = await open.with(changes).ssh(first, 'echo in')
      expect({ exitCode, stdout }).toEqual({ exitCode: 255, stdout: '' })
      expect(stderr).toContain('Permission denied (publickey)')
    }
  })
})

describe.sequential.each([
  ['scp', []],
  ['scp -O', ['-O']],
])('%s', (name, flags) => {
  const file = name.replaceAll(' ', '')

  it('carries 20 MB both ways', async () => {
    expect(await open.scp(...flags, local('big'), open.at(first, file))).toEqual(done)
    expect(await there(first, file)).toBe(sha256(big))
    expect(await open.scp(...flags, open.at(first, file), local(file))).toEqual(done)
    expect(sha256(await readFile(local(file)))).toBe(sha256(big))
  })

  it('carries directories, and keeps modes and times', async () => {
    const tree = `tree-${file}`
    await mkdir(local(tree, 'deep'), { recursive: true })
    await writeFile(local(tree, 'deep', 'run me'), '#!/bin/sh\n')
    await writeFile(local(tree, '.empty'), '')
    await chmod(local(tree, 'deep', 'run me'), 0o751)
    await utimes(local(tree, 'deep', 'run me'), 1_000_000_000, 1_000_000_000)
    expect(await open.scp(...flags, '-r', '-p', local(tree), open.at(first, '.'))).toEqual(done)
    expect((await open.ssh(first, `stat -c '%a %Y' '${tree}/deep/run me'`)).stdout).toBe('751 1000000000\n')
    expect(await open.scp(...flags, '-r', '-p', open.at(first, tree), local('back'))).toEqual(done)
    expect((await readdir(local('back'))).sort()).toEqual(['.empty', 'deep'])
    expect(await lstat(local('back', 'deep', 'run me'))).toMatchObject({ mtimeMs: 1e12, size: 10 })
    expect(await modeOf(local('back', 'deep', 'run me'))).toBe(0o751)
    execFileSync('rm', ['-r', local('back')])
  })

  it('carries from one instance to the other', async () => {
    const { exitCode } = await open.scp(...flags, '-3', open.at(first, file), open.at(second, file))
    expect(exitCode).toBe(0)
    expect(await there(second, file)).toBe(sha256(big))
  })

  it('tells what is not there, and what may not be written', async () => {
    const missing = await open.scp(...flags, open.at(first, 'nothing'), local('nothing'))
    expect(missing).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('No such file or directory'),
    })
    const nowhere = await open.scp(...flags, local('known_hosts'), open.at(first, 'no/where'))
    expect(nowhere.exitCode).toBe(1)
    expect(nowhere.stderr).toMatch(/No such file/)
  })
})

describe.sequential('sftp', () => {
  it('runs a batch', async () => {
    const { exitCode, stdout, stderr } = await open.sftp(first, [
      'mkdir d',
      'cd d',
      'pwd',
      `put -p ${local('big')} one`,
      'rename one two',
      'ln -s two link',
      'chmod 640 two',
      'ls -la',
      `get -p two ${local('by-sftp')}`,
      `get link ${local('by-link')}`,
      `lmkdir ${local('many')}`,
      `put ${local('known_hosts')} "a name with spaces"`,
      `get -r . ${local('many', 'd')}`,
      'rm link',
      '-rm nothing',
      '-rmdir nothing',
    ])
    expect(stderr).toMatch(/nothing/)
    expect({ exitCode, first: stdout.match(/Remote working directory: .*/)?.[0] }).toEqual({
      exitCode: 0,
      first: expect.stringMatching(/\/d$/),
    })
    expect(stdout).toMatch(/^-rw-r-----.* 20000000 .* two$/m)
    expect(stdout).toMatch(/^lrwxrwxrwx.* link$/m)
    expect(await modeOf(local('by-sftp'))).toBe(0o640)
    for (const file of ['by-sftp', 'by-link', 'many/d/two'])
      expect(sha256(await readFile(local(file)))).toBe(sha256(big))
    expect(await readFile(local('many', 'd', 'a name with spaces'), 'utf8')).toBe(knownHosts)
    expect((await open.ssh(first, 'ls -A d')).stdout).toBe('a name with spaces\ntwo\n')
  })

  it('goes on with a file that came in part', async () => {
    await writeFile(local('part'), big.subarray(0, 7_000_001))
    await open.ssh(first, 'cat >part', big.subarray(0, 5_000_003))
    const { exitCode, stderr } = await open.sftp(first, [
      `reput ${local('big')} part`,
      `reget d/two ${local('part')}`,
    ])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(await there(first, 'part')).toBe(sha256(big))
    expect(sha256(await readFile(local('part')))).toBe(sha256(big))
  })

  it('ends at the first line that fails', async () => {
    const { exitCode, stderr } = await open.sftp(first, ['rm nothing', 'mkdir never'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/No such file/)
    expect((await open.ssh(first, 'test -e never')).exitCode).toBe(1)
  })

  it('is refused to another key', async () => {
    expect((await open.with({ user: 'root' }).sftp(first, ['pwd'])).exitCode).toBe(255)
  })
})

describe.sequential('rsync -a', () => {
  const same = ['-a', '--itemize-changes']

  beforeAll(async () => {
    await mkdir(local('site', 'deep', 'deeper'), { recursive: true })
    await writeFile(local('site', 'run'), '#!/bin/sh\n', { mode: 0o755 })
    await writeFile(local('site', 'secret'), 'x', { mode: 0o600 })
    await writeFile(local('site', 'deep', 'big'), big)
    await writeFile(local('site', 'deep', 'grüße aus dem wald'), '')
    await chmod(local('site', 'deep', 'deeper'), 0o700)
    await symlink('deep/big', local('site', 'link'))
    await symlink('nowhere', local('site', 'dangling'))
    await utimes(local('site', 'run'), 1_000_000_000, 1_000_000_000)
  })

  it('goes there, and there is nothing left to do', async () => {
    expect(await open.rsync('-a', `${local('site')}/`, open.at(first, 'site'))).toEqual(done)
    expect(await there(first, 'site/deep/big')).toBe(sha256(big))
    const listed = await open.ssh(
      first,
      "cd site; stat -c '%A %n' run secret deep/deeper link; readlink link dangling",
    )
    expect(listed.stdout).toBe(
      '-rwxr-xr-x run\n-rw------- secret\ndrwx------ deep/deeper\nlrwxrwxrwx link\ndeep/big\nnowhere\n',
    )
    expect(await open.rsync(...same, `${local('site')}/`, open.at(first, 'site'))).toEqual(done)
  })

  it('comes back the same, from another instance too', async () => {
    expect(await open.rsync('-a', open.at(first, 'site/'), local('site-back'))).toEqual(done)
    expect(sha256(await readFile(local('site-back', 'deep', 'big')))).toBe(sha256(big))
    expect(await modeOf(local('site-back', 'run'))).toBe(0o755)
    expect(await readlink(local('site-back', 'dangling'))).toBe('nowhere')
    const checked = [...same, '--checksum', '--delete']
    expect(await open.rsync(...checked, `${local('site')}/`, `${local('site-back')}/`)).toEqual(done)
    expect(await open.rsync('-a', `${local('site-back')}/`, open.at(second, 'site'))).toEqual(done)
    expect(await open.rsync(...checked, open.at(second, 'site/'), `${local('site')}/`)).toEqual(done)
  })

  it('sends what has changed, and takes away what is gone', async () => {
    const changed = Buffer.from(big)
    changed.fill(0, 10_000_000, 10_000_100)
    await writeFile(local('site-back', 'deep', 'big'), changed)
    execFileSync('rm', [local('site-back', 'secret')])
    const { stdout, exitCode } = await open.rsync(
      '-a',
      '--delete',
      '--stats',
      `${local('site-back')}/`,
      open.at(first, 'site'),
    )
    expect(exitCode).toBe(0)
    const sent = /Literal data: ([\d,.]+) bytes/.exec(stdout)?.[1] ?? ''
    expect(Number(sent.replaceAll(/[,.]/g, ''))).toBeLessThan(100_000)
    expect(await there(first, 'site/deep/big')).toBe(sha256(changed))
    expect((await open.ssh(first, 'test -e site/secret')).exitCode).toBe(1)
  })

  it('tells that it may not log in', async () => {
    const stranger = open.with({ user: 'root' })
    const { exitCode, stderr } = await stranger.rsync('-a', local('site'), stranger.at(first, '.'))
    // It gives the code of ssh, or its own when it sees the closed pipe first.
    expect([255, 12]).toContain(exitCode)
    expect(stderr).toContain('Permission denied (publickey)')
  })
})
