import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { countHolds, type HoldCounter } from './hold.ts'
import { endHolder, lock } from './lock.ts'

let directory: string
const open: { close(): unknown }[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'viridian-lock-'))
})
afterEach(() => {
  for (const each of open.splice(0)) each.close()
  rmSync(directory, { recursive: true })
})

const dead = (port: number): string => JSON.stringify({ pid: 1, hold: { port, secret: 'gone' } })

/** Where a dead cloud was held; who asks there first is left without an answer until `letGo`. */
async function deadHold(): Promise<{ port: number; asked: Promise<void>; letGo(): void }> {
  let first: Socket | undefined
  let tell = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    tell = resolve
  })
  const server = createServer((socket) => {
    if (first !== undefined) return socket.destroy()
    first = socket
    tell()
  })
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, asked, letGo: () => first?.destroy() }
}

test('a cloud that starts while another is found dead is ended as a whole', async () => {
  const hold = await deadHold()
  writeFileSync(join(directory, 'lock'), dead(hold.port))
  const ending = endHolder(directory)
  await hold.asked
  let ended = (): void => undefined
  const other: HoldCounter = await countHolds(undefined, () => ended())
  open.push(other)
  const held = await lock(directory, other.place)
  ended = () => {
    expect(held.isOurs()).toBe(true)
    held.release()
    other.close()
  }
  hold.letGo()
  expect(await ending).toBe('ended')
  expect(await endHolder(directory)).toBe('none')
})

test('what a dead one has left is cleared', async () => {
  writeFileSync(join(directory, 'lock'), 'half a fi')
  expect(await endHolder(directory)).toBe('cleared')
  expect(await endHolder(directory)).toBe('none')
})
