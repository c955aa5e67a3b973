import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually, Lab, run, webApplication } from './testing/lab.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

async function get(address: string, path = '/'): Promise<string> {
  return (await fetch(`http://${address}:8080${path}`)).text()
}

it('runs user data at the first boot alone, its output on the console', async () => {
  const userData = '#!/bin/sh\necho "$INSTANCE_ID says hello"; echo again >> boots; exit 3\n'
  await lab.launch('i-1', { userData })
  await lab.machines.halt('i-1')
  expect(lab.machines.isRunning('i-1')).toBe(false)
  await lab.machines.boot('i-1')
  expect(lab.machines.isRunning('i-1')).toBe(true)
  expect(await readFile(join(lab.home('i-1'), 'boots'), 'utf8')).toBe('again\n')
  expect(lab.machines.consoleOutput('i-1')).toMatch(/cloud-init: i-1 says hello\r\n/)
  expect(lab.machines.consoleOutput('i-1')).toMatch(/Failed to run the user data script: exit status 3\r\n/)
})

it('prints the host key on the console as cloud-init does, and presents that key', async () => {
  const { address, sshPort } = await lab.launch('i-1')
  const console = lab.machines.consoleOutput('i-1')
  const fingerprint = /^ec2: 256 (SHA256:\S+) root@ip-[\d-]+ \(ED25519\)\r$/m.exec(console)?.[1]
  const key = /-----BEGIN SSH HOST KEY KEYS-----\r\n(ssh-ed25519 \S+) root@ip-/.exec(console)?.[1]
  const scan = await run('ssh-keyscan', ['-t', 'ed25519', '-p', String(sshPort), address])
  expect(scan.stdout.trim()).toBe(`[${address}]:${sshPort} ${key}`)
  const listed = await run('ssh-keygen', ['-l', '-f', '-'], `${key}\n`)
  expect(listed.stdout).toContain(` ${fingerprint} `)
})

it('gives every machine an address and a host key of its own', async () => {
  const [one, two] = await Promise.all([lab.launch('i-1'), lab.launch('i-2')])
  expect(one.address).not.toBe(two.address)
  const keyOf = (id: string): string | undefined =>
    /ssh-ed25519 (\S+)/.exec(lab.machines.consoleOutput(id))?.[1]
  expect(keyOf('i-1')).not.toBe(keyOf('i-2'))
  await lab.machines.snapshot('i-1', 'ami-copy')
  await lab.launch('i-3', { image: 'ami-copy' })
  expect(keyOf('i-3')).not.toBe(keyOf('i-1'))
})

it('starts from an image what was deployed and enabled on its original', async () => {
  await lab.launch('i-1', { userData: webApplication })
  await lab.machines.snapshot('i-1', 'ami-web')
  await lab.machines.destroy('i-1')
  const copy = await lab.launch('i-2', { image: 'ami-web' })
  expect(await eventually(() => get(copy.address))).toBe('hello there from i-2')
})

it('starts a copy from its own disk when a unit names the path of the original', async () => {
  const userData = webApplication.replaceAll('%h', '$HOME').replaceAll("<<'END'", '<<END')
  await lab.launch('i-1', { userData })
  expect(await readFile(join(lab.home('i-1'), 'app/web.service'), 'utf8')).toContain(lab.home('i-1'))
  await lab.machines.snapshot('i-1', 'ami-web')
  await lab.machines.destroy('i-1')
  const copy = await lab.launch('i-2', { image: 'ami-web' })
  expect(await eventually(() => get(copy.address))).toBe('hello there from i-2')
})

it('copies modes and links into an image, and imports a directory as one', async () => {
  const source = join(lab.directory, 'source')
  await mkdir(join(source, 'releases/v1'), { recursive: true })
  await writeFile(join(source, 'releases/v1/start'), 'x', { mode: 0o750 })
  await symlink('releases/v1', join(source, 'current'))
  await symlink(join(source, 'releases/v1'), join(source, 'absolute'))
  await lab.machines.importImage('ami-made', source)
  await lab.launch('i-1', { image: 'ami-made' })
  const home = lab.home('i-1')
  expect((await lstat(join(home, 'releases/v1/start'))).mode & 0o777).toBe(0o750)
  expect(await readlink(join(home, 'current'))).toBe('releases/v1')
  expect(await readlink(join(home, 'absolute'))).toBe(join(home, 'releases/v1'))
  await lab.machines.deleteImage('ami-made')
  await expect(lab.machines.create(lab.spec('i-2', { image: 'ami-made' }))).rejects.toThrow(
    'no image ami-made',
  )
})

it('takes a snapshot while files come and go', async () => {
  const machine = await lab.launch('i-1')
  const busy = lab.ssh(
    machine,
    'mkdir d; for i in $(seq 400); do echo $i > d/$i; rm -f d/$((i - 5)); done; touch over',
  )
  for (let round = 0; !existsSync(join(lab.home('i-1'), 'over')); round++) {
    await lab.machines.snapshot('i-1', `ami-${round}`)
  }
  expect(await busy).toMatchObject({ code: 0 })
})

it('leaves nothing behind of a machine that is destroyed, daemons included', async () => {
  const machine = await lab.launch('i-1', { userData: webApplication })
  const daemon =
    'setsid sh -c "echo \\$\\$ > pid; exec sleep 1000" </dev/null >/dev/null 2>&1 & sleep 0.2; cat pid'
  const pid = Number((await lab.ssh(machine, daemon)).stdout)
  expect(process.kill(pid, 0)).toBe(true)
  await lab.machines.destroy('i-1')
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  await expect(get(machine.address)).rejects.toThrow()
  expect(existsSync(lab.home('i-1'))).toBe(false)
})

it('halts a machine in the middle of its first boot, which begins again', async () => {
  const userData = '#!/bin/sh\necho begun >> begun; [ -e go ] || sleep 1000\n'
  const machine = await lab.machines.create(lab.spec('i-1', { userData }))
  const boot = lab.machines.boot('i-1')
  await eventually(() => readFile(join(lab.home('i-1'), 'begun')))
  await lab.machines.halt('i-1')
  await boot
  await writeFile(join(lab.home('i-1'), 'go'), '')
  await lab.machines.boot('i-1')
  expect(await readFile(join(lab.home('i-1'), 'begun'), 'utf8')).toBe('begun\nbegun\n')
  expect((await lab.ssh(machine, 'cloud-init status --wait')).stdout).toBe('status: done\n')
})

it('adopts the machines of a cloud that was killed, and ends what it left running', async () => {
  const spec = lab.spec('i-1', { userData: webApplication })
  const script = join(import.meta.dirname, 'testing/doomed.ts')
  const args = ['--import', 'jiti/register', script, join(lab.directory, 'cloud'), JSON.stringify(spec)]
  const doomed = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(doomed.stdout, 'data')
  const machine = JSON.parse(String(line))
  expect(await eventually(() => get(machine.address))).toBe('hello there from i-1')
  doomed.kill('SIGKILL')
  await once(doomed, 'exit')
  expect(await get(machine.address)).toBe('hello there from i-1')

  await lab.reopen()
  await expect(get(machine.address)).rejects.toThrow()
  await lab.machines.adopt(spec, machine)
  await lab.machines.boot('i-1')
  expect(await eventually(() => get(machine.address))).toBe('hello there from i-1')
})

it('takes addresses on which the wanted ports are free', async () => {
  const first = await lab.machines.create(lab.spec('i-1'))
  const next = first.address.replace(/\d+$/, (last) => String(Number(last) + 1))
  const squatter = createServer().listen(8080, next)
  await once(squatter, 'listening')
  const second = await lab.machines.create(lab.spec('i-2'))
  squatter.close()
  expect(second.address).not.toBe(next)
  await expect(lab.machines.adopt(lab.spec('i-2'), second)).rejects.toThrow('taken its address')
})
