import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Service } from './service.ts'
import { parseUnit } from './unit.ts'

let home: string
let service: Service
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'viridian-service-'))
  const text = '[Service]\nExecStart=/bin/sleep 1000\nRestart=always\nRestartSec=10ms\n'
  const unit = parseUnit('web', join(home, 'web.service'), text, home, 'admin')
  service = new Service(unit, { PATH: process.env.PATH ?? '' }, join(home, 'web.log'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

it('does not start again on a machine that goes down, whoever asks for it, and when', async () => {
  await service.start()
  const restarting = service.stop().then(() => service.start())
  const refused = expect(restarting).rejects.toThrow('the machine is going down')
  await service.halt()
  await refused
  await expect(service.start()).rejects.toThrow('the machine is going down')
  await rm(home, { recursive: true })
  // Restarted by itself it would fail by now, on a disk that is gone, with nobody to be told.
  await delay(100)
  expect(service).toMatchObject({ state: 'inactive', mainPid: 0 })
})

it('waits for a start that is under way, and ends what it has started', async () => {
  const starting = service.start()
  await service.halt()
  await starting
  expect(service.mainPid).toBe(0)
  await delay(100)
  expect(service.mainPid).toBe(0)
})
