import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { OutputFiles } from '../output/output-files.ts'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { countOf } from '../testing/processes.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-options-'))
const notes: string[] = []
const lines: string[] = []
let sshd: OpenSsh
let remote: Remote
let host: Host

beforeAll(async () => {
  sshd = await OpenSsh.start()
  remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], connectTimeout: '10s' }),
    signal: new AbortController().signal,
    mask: (text) => text,
    directory: place,
    outputs: new OutputFiles({ directory: join(place, 'output'), mask: (text) => text }),
  })
  host = remote.host(sshd.spec(), {
    onWarning: (text) => notes.push(text),
    onLine: (_, line) => lines.push(line),
  })
})
afterAll(async () => {
  await remote.close()
  await sshd.stop()
  rmSync(place, { recursive: true })
})

test('a shell of choice runs the command, its context is there before', async () => {
  const there = host.using('bash -euo pipefail').env({ WHO: "it's" }).cd(place)
  expect((await there.run`echo "\${BASH_VERSION:+bash} $WHO" $PWD ${'a b'}`).stdout).toBe(
    `bash it's ${place} a b`,
  )
  await expect(there.run`false | true`).rejects.toMatchObject({ code: 'E_COMMAND_FAILED' })
  expect(await host.run({ shell: '/bin/bash' })`false | true; [[ a == a ]]`).toMatchObject({ code: 0 })
  expect((await there.run({ shell: 'sh' })`false | true; echo $0`).stdout).toBe('sh')
  for (const shell of ['fish', '/usr/bin/tcsh -f', '', ' '])
    expect(() => host.using(shell)).toThrow(expect.objectContaining({ code: 'E_COMMAND_SHELL' }))
})

test("another user's home is not known by its tilde", async () => {
  await expect(host.cd('~nobody').run`pwd`).rejects.toMatchObject({
    code: 'E_COMMAND_FAILED',
    hint: expect.stringContaining('only that of the user is known'),
  })
})

test('a bash reads no start-up files of its own', async () => {
  writeFileSync(join(sshd.directory, '.bashrc'), 'echo for terminals\necho for terminals >&2\n')
  const said = await host.run({ shell: 'bash -euo pipefail' })`echo $BASH_VERSION`
  expect([said.stdout, said.stderr]).toEqual([expect.stringMatching(/^[\d.]+\S*$/), ''])
})

test('any end may be taken as good', async () => {
  expect(await host.run({ okCodes: 'any' })`exit 7`).toMatchObject({ code: 7, signal: null })
  expect(await host.run({ okCodes: 'any' })`kill -9 $$`).toMatchObject({ code: 137, signal: 'SIGKILL' })
})

test('input comes from files and streams too, and again at each try', async () => {
  writeFileSync(join(place, 'in'), 'from a file')
  expect((await host.run({ stdin: { file: 'in' } })`cat`).stdout).toBe('from a file')
  const stdin = Readable.from(['from ', Buffer.from('a stream')])
  const retry = { times: 1, delay: 0 }
  const command = host.cd(place).run({ stdin, retry })
  expect((await command`cat; [ -e tried ] || { touch tried; exit 3; }`).stdout).toBe('from a stream')
  expect(notes).toEqual([expect.stringMatching(/^web-1: ".*" failed with exit code 3; try 2 of 2 in 0s$/)])
})

test('what stays behind with the outputs open holds nobody', async () => {
  const seconds = `${Math.floor(Math.random() * 1e8)}.5`
  const began = performance.now()
  const { stdout } = await host.run`sleep ${seconds} & echo $!`
  expect(performance.now() - began).toBeLessThan(8_000)
  expect(countOf(`sleep ${seconds}`)).toBe(1)
  process.kill(Number(stdout))
})

test('what stays behind is given no limits', async () => {
  const limits = { timeout: '500ms', idleTimeout: '300ms' }
  const { stdout } = await host.run(limits)`sleep 7 & echo started`
  expect(stdout).toBe('started')
  expect(countOf('sleep 7')).toBe(1)
})

test('a command line that is too long is refused, and the others go on', async () => {
  const other = host.run`sleep 0.3; echo other`
  await expect(host.run`true ${'x'.repeat(128 * 1024)}`).rejects.toMatchObject({
    code: 'E_COMMAND_LONG',
    message: expect.stringMatching(/^web-1: "true x{195}… \(\d+ characters more\)" is too long/),
    place: { host: 'web-1' },
  })
  expect((await host.run`printf %s ${'x'.repeat(127 * 1024)} | wc -c`).stdout.trim()).toBe(`${127 * 1024}`)
  expect((await other).stdout).toBe('other')
})

test('a command of several lines is named in one', async () => {
  const failing = host.run`set -e

    echo 'a  b'
    exit 3`
  await expect(failing).rejects.toMatchObject({
    message: `web-1: "set -e ⏎ echo 'a  b' ⏎ exit 3" failed with exit code 3\n  a  b`,
  })
})

test('the whole of a long output is in a file, that of a short one is not', async () => {
  const quiet = host.run({ quiet: true })
  expect(await quiet`seq 10`).not.toHaveProperty('outputFile')
  const { outputFile = '', truncated } = await quiet`echo first; echo error >&2; seq 100000; printf end`
  const numbers = Array.from({ length: 100_000 }, (_, index) => index + 1).join('\n')
  const text = readFileSync(outputFile, 'utf8')
  expect([truncated, text.replace('error\n', '')]).toEqual([true, `first\n${numbers}\nend`])
  await expect(quiet`seq 100000; exit 3`).rejects.toMatchObject({
    code: 'E_COMMAND_FAILED',
    hint: `its whole output is in ${join(place, 'output/web-1-2.log')}`,
  })
})

test('200 MB go through memory that does not grow, with line ends and without', async () => {
  const before = process.memoryUsage.rss()
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  const quiet = host.run({ quiet: true })
  const endless = await quiet`head -c 200000000 /dev/zero | tr '\\0' x; echo end`
  const lined = await quiet`yes 'a line of some length' | head -c 200000000; echo; echo end`
  clearInterval(watch)
  for (const { stdout, truncated } of [endless, lined]) {
    expect([truncated, stdout.length, stdout.slice(-3)]).toEqual([true, 256 * 1024 - 1, 'end'])
  }
  expect(most - before).toBeLessThan(150e6)
}, 60_000)
