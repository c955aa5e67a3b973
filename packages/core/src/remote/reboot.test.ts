import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Host } from './host.ts'
import { createRemote, type Remote } from './remote.ts'
import { OpenSsh } from './testing/open-ssh.ts'
import { until } from './testing/until.ts'

let sshd: OpenSsh
let stop: AbortController
let remote: Remote
let host: Host
let commands: string[]

// A machine whose boot id is a file, and whose `reboot` leaves a note for the test to act on.
const programs = {
  cat: 'case $1 in */boot_id) set -- "$HOME/boot" ;; esac; exec /bin/cat "$@"',
  id: 'cat "$HOME/user"',
  reboot: 'echo down > "$HOME/down"',
  sudo: 'echo sudo >> "$HOME/sudo"; shift; exec "$@"',
}

beforeEach(async () => {
  sshd = await OpenSsh.start({ programs })
  write('boot', '1')
  write('user', '0')
  stop = new AbortController()
  remote = createRemote({
    defaults: () => ({ config: false, knownHosts: [sshd.knownHosts], connectTimeout: '1s' }),
    signal: stop.signal,
    mask: (text) => text,
  })
  commands = []
  host = remote.host(sshd.spec(), { onCommand: (command) => commands.push(command) })
})
afterEach(async () => {
  await remote.close()
  await sshd.stop()
})

const at = (name: string): string => join(sshd.directory, name)
const write = (name: string, text: string): void => writeFileSync(at(name), `${text}\n`)

async function told(): Promise<void> {
  await until(() => existsSync(at('down')))
  rmSync(at('down'))
}

async function fall(): Promise<void> {
  sshd.crashSessions()
  await sshd.halt()
}

test('a reboot ends when the host has booted anew', async () => {
  const back = host.reboot()
  await told()
  await fall()
  write('boot', '2')
  await sshd.listen()
  await back
  expect(commands).toEqual(['reboot'])
  expect(existsSync(at('sudo'))).toBe(false)
  await host.run`true`
})

test('a host that was not root’s is rebooted by sudo', async () => {
  write('user', '1000')
  const back = host.reboot({ command: 'reboot --now' })
  await told()
  write('boot', '2')
  await back
  expect(existsSync(at('sudo'))).toBe(true)
})

test('a command that is refused fails at once', async () => {
  await expect(host.reboot({ command: 'echo "not here" >&2; exit 1' })).rejects.toMatchObject({
    code: 'E_COMMAND_FAILED',
    message: expect.stringMatching(/exit code 1\n {2}not here$/),
  })
})

test('a host that takes the connection along with it has been rebooted', async () => {
  const back = host.reboot({ command: 'echo down > "$HOME/down"; kill -9 $PPID; sleep 100' })
  await told()
  await fall()
  write('boot', '2')
  await sshd.listen()
  await back
})

test('a host that does not go down is told of in time', async () => {
  await expect(host.reboot({ timeout: '4s' })).rejects.toMatchObject({
    code: 'E_REBOOT_TIMEOUT',
    message: 'web-1 was told to reboot and has not come back within 4s: it answers, and has not booted anew',
    place: { host: 'web-1' },
  })
  // The connection that was being closed is nobody's any more.
  await host.run`true`
})

test('a host that does not come back is told of with what was seen', async () => {
  const back = host.reboot({ timeout: '6s' })
  const late = expect(back).rejects.toMatchObject({
    code: 'E_REBOOT_TIMEOUT',
    message: expect.stringMatching(/has not come back within 6s: .*ECONNREFUSED/),
  })
  await told()
  await fall()
  await late
})

test('a reboot ends when the run stops', async () => {
  const back = host.reboot()
  await told()
  await fall()
  stop.abort(new Error('enough'))
  await expect(back).rejects.toThrow('enough')
})

test('a host that does not know its boots is not rebooted', async () => {
  writeFileSync(at('boot'), '')
  await expect(host.reboot()).rejects.toMatchObject({ code: 'E_BOOT_UNKNOWN' })
  expect(existsSync(at('down'))).toBe(false)
})
