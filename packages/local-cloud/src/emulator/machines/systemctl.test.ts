import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Machine } from '../hardware/machines.ts'
import { eventually, Lab, type Outcome, webApplication } from './testing/lab.ts'

let lab: Lab
let machine: Machine
beforeAll(async () => {
  lab = await Lab.open()
  machine = await lab.launch('i-1', { userData: webApplication })
})
afterAll(() => lab.close())

const ssh = (command: string): Promise<Outcome> => lab.ssh(machine, command)
const mainPid = async (): Promise<number> =>
  Number((await ssh('systemctl show web -p MainPID --value --no-pager')).stdout)

it('restarts a service, whose commands see the machine as localhost', async () => {
  const before = await mainPid()
  expect(await ssh('sudo systemctl restart web.service')).toEqual({ stdout: '', stderr: '', code: 0 })
  expect(await mainPid()).not.toBe(before)
  expect(() => process.kill(before, 0)).toThrow('ESRCH')
  expect((await eventually(() => answered('localhost'))).stdout).toBe('hello there from i-1')
})

it('starts a service again that died, and gives up on one that keeps dying', async () => {
  const before = await mainPid()
  process.kill(before, 'SIGKILL')
  await eventually(async () => {
    const now = await mainPid()
    expect(now).toBeGreaterThan(0)
    expect(now).not.toBe(before)
  })
  await rename(join(lab.home('i-1'), 'app/server.js'), join(lab.home('i-1'), 'app/away.js'))
  await ssh('systemctl restart web')
  await eventually(async () => expect((await ssh('systemctl is-active web')).stdout).toBe('failed\n'))
  expect((await ssh('journalctl -u web -n 2')).stdout).toContain("Failed with result 'start-limit-hit'")
  expect((await ssh('systemctl status web')).code).toBe(3)
  await rename(join(lab.home('i-1'), 'app/away.js'), join(lab.home('i-1'), 'app/server.js'))
  expect((await ssh('systemctl start web && systemctl is-active --quiet web')).code).toBe(0)
})

it('stops and disables', async () => {
  expect((await ssh('systemctl is-enabled web')).stdout).toBe('enabled\n')
  expect((await ssh('systemctl --user disable --now web')).code).toBe(0)
  expect(await ssh('systemctl is-active web')).toMatchObject({ stdout: 'inactive\n', code: 3 })
  expect(await ssh('systemctl is-enabled web')).toMatchObject({ stdout: 'disabled\n', code: 1 })
  expect((await ssh('systemctl enable --now web && systemctl daemon-reload')).code).toBe(0)
})

it('runs a oneshot service to its end, and tells of its failure', async () => {
  const unit =
    '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo ran >> %h/ran; exit $STATUS"\nEnvironment=STATUS=0\n'
  await writeFile(join(lab.home('i-1'), 'once.service'), unit)
  expect((await ssh('systemctl link ./once.service && systemctl start once && cat ran')).stdout).toBe('ran\n')
  await writeFile(join(lab.home('i-1'), 'once.service'), unit.replace('STATUS=0', 'STATUS=1'))
  const { stderr, code } = await ssh('systemctl start once')
  expect(code).toBe(1)
  expect(stderr).toContain('Job for once.service failed')
})

it('refuses what does not exist', async () => {
  const { stderr, code } = await ssh('sudo systemctl restart nothing')
  expect(code).toBe(5)
  expect(stderr).toContain('Unit nothing.service not found')
})

it('asks for its reboot, and tells one boot from another', async () => {
  const bootId = async (): Promise<string> => (await ssh('cat /proc/sys/kernel/random/boot_id')).stdout
  const asked: string[] = []
  lab.machines.onReboot((id) => asked.push(id))
  const before = await bootId()
  expect(await bootId()).toBe(before)
  expect((await ssh('sudo reboot')).code).toBe(0)
  expect((await ssh('sudo shutdown -r now')).code).toBe(0)
  expect((await ssh('sudo shutdown now')).code).toBe(1)
  expect(asked).toEqual(['i-1', 'i-1'])
  await lab.machines.halt('i-1')
  await lab.machines.boot('i-1')
  expect(await bootId()).toMatch(/^[\da-f-]{36}\n$/)
  expect(await bootId()).not.toBe(before)
  expect((await lab.ssh(machine, 'cat - /dev/null', 'text')).stdout).toBe('text')
})

it('keeps commands for the computer below from it', async () => {
  expect((await ssh('sudo poweroff')).code).toBe(1)
  expect((await ssh('sudo -n -u root -E A=1 sh -c \'echo "$A $USER"\'')).stdout).toBe('1 deploy\n')
  expect((await ssh('sudo -nu web -- printf %s --help')).stdout).toBe('--help')
  expect((await ssh('ec2-metadata -i')).stdout).toBe('instance-id: i-1\n')
})

async function answered(host: string): Promise<Outcome> {
  const outcome = await ssh(`curl -fsS ${host}:8080/`)
  expect(outcome.code).toBe(0)
  return outcome
}
