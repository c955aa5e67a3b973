import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readFile, readlink, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeSSH } from 'node-ssh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Machine } from '../hardware/machines.ts'
import { eventually, Lab, run } from './testing/lab.ts'

let lab: Lab
let machine: Machine
const big = randomBytes(5_000_000)

beforeAll(async () => {
  lab = await Lab.open()
  machine = await lab.launch('i-1')
  await writeFile(join(lab.directory, 'big'), big)
})
afterAll(() => lab.close())

const at = (path: string): string => `deploy@${machine.address}:${path}`
const home = (...path: string[]): string => join(lab.home('i-1'), ...path)

describe('commands', () => {
  it('run in the home with an environment made from nothing', async () => {
    process.env.LEAK = 'secret'
    const { stdout, code } = await lab.ssh(machine, 'pwd; echo "$HOME $USER $HOST"; env')
    expect(stdout).toMatch(new RegExp(`^${home()}\n${home()} deploy ${machine.address}\n`))
    expect(stdout).not.toContain('secret')
    expect(code).toBe(0)
  })

  it('carry both outputs, input and exit status', async () => {
    const outcome = await lab.ssh(machine, 'cat; echo oops >&2; exit 7', 'some input')
    expect(outcome).toEqual({ stdout: 'some input', stderr: 'oops\n', code: 7 })
  })

  it('fail to write what does not fit on a full disk', async () => {
    lab.freeDisk = 100_000
    const outcome = await lab.ssh(machine, 'head -c 200000 /dev/zero | cat > full; wc -c < full; rm full')
    lab.freeDisk = null
    expect(outcome).toMatchObject({
      stdout: expect.stringMatching(/^\s*100352\n$/),
      stderr: expect.stringContaining('File too large'),
    })
    expect((await lab.ssh(machine, 'head -c 200000 /dev/zero > full; rm full')).stderr).toBe('')
  })

  it('carry outputs larger than every buffer, errors included', async () => {
    const { stdout, stderr } = await lab.ssh(
      machine,
      'head -c 5000000 /dev/zero >&2; head -c 5000000 /dev/zero',
    )
    expect([stdout.length, stderr.length]).toEqual([5_000_000, 5_000_000])
  })

  it('end with their connection', async () => {
    const client = run('timeout', [
      '0.5',
      'ssh',
      ...lab.options(machine),
      `deploy@${machine.address}`,
      'echo $$ > pid; exec sleep 1000',
    ])
    await client
    const pid = Number(await readFile(home('pid'), 'utf8'))
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  })

  it('take signals, and tell which one ended them', async () => {
    const ssh = await connect()
    const ended = await new Promise((resolve, reject) => {
      ssh.connection?.exec('echo ready; exec sleep 1000', (error, channel) => {
        if (error) return reject(error)
        channel.once('data', () => channel.signal('TERM'))
        channel.once('exit', (code: unknown, signal: unknown) => resolve({ code, signal }))
      })
    })
    ssh.dispose()
    expect(ended).toEqual({ code: null, signal: 'SIGTERM' })
  })

  it('fail alone when they cannot be started', async () => {
    const doomed = await lab.launch('i-doomed')
    const ssh = await connect(doomed)
    await rm(lab.home('i-doomed'), { recursive: true })
    const { code, stderr } = await ssh.execCommand('true')
    expect({ code, stderr }).toMatchObject({ code: 126, stderr: expect.stringContaining('ENOENT') })
    ssh.dispose()
    await lab.machines.destroy('i-doomed')
  })

  it('fail alone when no command line can hold them', async () => {
    const ssh = await connect()
    const { code, stderr } = await ssh.execCommand('echo \0')
    expect({ code, stderr }).toEqual({ code: 126, stderr: expect.stringContaining('null bytes') })
    expect(await ssh.execCommand('echo next')).toMatchObject({ stdout: 'next' })
    ssh.dispose()
  })

  it('have a terminal when asked for one', async () => {
    const args = ['-tt', ...lab.options(machine), `deploy@${machine.address}`, 'tty; exit 4']
    const { stdout, code } = await run('ssh', args)
    expect(stdout).toMatch(/\/dev\/(pts\/\d+|ttys\d+)/)
    expect(code).toBe(4)
  })

  it('run sixty at a time over one connection', async () => {
    const ssh = await connect()
    ssh.connection?.setMaxListeners(0)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => ssh.execCommand(`echo ${index}`)),
    )
    ssh.dispose()
    expect(answers.map(({ stdout }) => Number(stdout))).toEqual(
      Array.from({ length: 60 }, (_, index) => index),
    )
  })
})

describe('log-in', () => {
  it('is refused to other users', async () => {
    const { code, stderr } = await run('ssh', [...lab.options(machine), `root@${machine.address}`, 'true'])
    expect(code).toBe(255)
    expect(stderr).toContain('Permission denied (publickey)')
  })

  it('is refused to other keys', async () => {
    const other = join(lab.directory, 'other')
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const options = lab.options(machine).map((option) => (option === lab.identity ? other : option))
    const { code } = await run('ssh', [
      '-o',
      'IdentitiesOnly=yes',
      ...options,
      `deploy@${machine.address}`,
      'true',
    ])
    expect(code).toBe(255)
  })
})

describe('files', () => {
  it.each([
    ['scp', ['scp']],
    ['scp -O', ['scp', '-O']],
  ])('go both ways by %s', async (name, [program = '', ...flags]) => {
    const there = `by ${name}`.replaceAll(' ', '-')
    const up = await run(program, [...flags, ...lab.options(machine), join(lab.directory, 'big'), at(there)])
    expect(up).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(big.equals(await readFile(home(there)))).toBe(true)
    const back = join(lab.directory, there)
    expect(await run(program, [...flags, ...lab.options(machine), at(there), back])).toMatchObject({
      code: 0,
    })
    expect(big.equals(await readFile(back))).toBe(true)
  })

  it('survive a client that goes away in the middle of them', async () => {
    const endless = join(lab.directory, 'endless')
    await writeFile(endless, '')
    await truncate(endless, 1e12)
    const { code } = await run('timeout', ['0.3', 'scp', ...lab.options(machine), endless, at('endless')])
    expect(code).toBe(124)
    expect(await lab.ssh(machine, 'rm endless; echo still here')).toMatchObject({ stdout: 'still here\n' })
  })

  it('go by rsync, links and modes kept', async () => {
    const tree = join(lab.directory, 'tree')
    await mkdir(join(tree, 'deep'), { recursive: true })
    await writeFile(join(tree, 'deep', 'run.sh'), 'true', { mode: 0o750 })
    await symlink('deep/run.sh', join(tree, 'link'))
    const shell = ['ssh', ...lab.options(machine)].join(' ')
    const { code, stderr } = await run('rsync', ['-a', '-e', shell, `${tree}/`, at('tree')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await lstat(home('tree/deep/run.sh'))).mode & 0o777).toBe(0o750)
    expect(await readlink(home('tree/link'))).toBe('deep/run.sh')
  })

  it('are handled by sftp as sshd would', async () => {
    const script = [
      'mkdir d',
      `put ${lab.directory}/key.pub d/one`,
      'rename d/one d/two',
      'symlink two d/link',
      'chmod 600 d/two',
      'ls -l d',
      `get d/link ${lab.directory}/fetched`,
      'rm d/link',
      '-ls nothing',
      '-mkdir d',
      `-put ${lab.directory}/key.pub /etc/written-by-a-test`,
      'rm d/two',
      'rmdir d',
    ]
    const args = [...lab.options(machine), '-b', '-', `deploy@${machine.address}`]
    const { code, stdout, stderr } = await run('sftp', args, script.join('\n'))
    expect(stdout).toMatch(/^-rw-------.* two$/m)
    expect(stdout).toMatch(/^lrwxrwxrwx.* link$/m)
    expect(stderr).toMatch(/nothing" not found/)
    expect(stderr).toMatch(/mkdir .*: Failure/)
    expect(stderr).toMatch(/written-by-a-test": Permission denied/)
    expect(code).toBe(0)
    expect(await readFile(join(lab.directory, 'fetched'), 'utf8')).toBe(`${lab.publicKey}\n`)
  })

  it('go both ways by node-ssh', async () => {
    const ssh = await connect()
    await ssh.putFile(join(lab.directory, 'big'), 'node/ssh/big')
    await ssh.getFile(join(lab.directory, 'node-back'), 'node/ssh/big')
    ssh.dispose()
    expect(big.equals(await readFile(join(lab.directory, 'node-back')))).toBe(true)
  })
})

it('forwards connections, so that a machine can be the way to another', async () => {
  const other = await lab.launch('i-2')
  const jump = ['ssh', ...lab.options(machine), '-W', '%h:%p', `deploy@${machine.address}`].join(' ')
  const args = [
    ...lab.options(other),
    '-o',
    `ProxyCommand=${jump}`,
    `deploy@${other.address}`,
    'echo $INSTANCE_ID',
  ]
  expect(await run('ssh', args)).toEqual({ stdout: 'i-2\n', stderr: '', code: 0 })
})

it('refuses to forward to a port that there is not', async () => {
  const ssh = await connect()
  await expect(ssh.forwardOut('127.0.0.1', 1, machine.address, 70_000)).rejects.toThrow(
    /Channel open failure/,
  )
  expect(await ssh.execCommand('echo next')).toMatchObject({ stdout: 'next' })
  ssh.dispose()
})

async function connect({ address, sshPort } = machine): Promise<NodeSSH> {
  const ssh = new NodeSSH()
  await ssh.connect({
    host: address,
    port: sshPort,
    username: 'deploy',
    privateKey: await readFile(lab.identity, 'utf8'),
  })
  // After the handshake node-ssh listens no longer, and a connection that is reset would end the tests.
  ssh.connection?.on('error', () => undefined)
  return ssh
}
