import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { createRemote, type Remote } from '../remote.ts'
import { OpenSsh } from '../testing/open-ssh.ts'

// Says who it was asked to become, as sudo does by its own means.
const fakeSudo = `#!/bin/sh
SUDO_TO=root
while :; do case $1 in -n) shift;; -u) SUDO_TO=$2; shift 2;; *) break;; esac; done
export SUDO_TO
exec "$@"
`
const place = mkdtempSync(join(tmpdir(), 'viridian-words-'))
let sshd: OpenSsh
let remote: Remote
let host: Host

beforeAll(async () => {
  writeFileSync(join(place, 'sudo'), fakeSudo)
  chmodSync(join(place, 'sudo'), 0o755)
  for (const directory of ['a/a/a', 'a/b', 'b/a/b']) mkdirSync(join(place, directory), { recursive: true })
  sshd = await OpenSsh.start({ config: [`SetEnv PATH=${place}:${process.env.PATH} HOME=${place}`] })
  remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], config: false }),
    signal: new AbortController().signal,
    mask: (text) => text,
  })
  host = remote.host(sshd.spec())
})
afterAll(async () => {
  await remote.close()
  await sshd.stop()
  rmSync(place, { recursive: true })
})

// No word has a NUL, and half a character is refused.
const word = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(...'\'"`$\\!*?[]{}()<>|&;#~= \t\n\r\u0001\u007f-ab2é…𝄞'),
      maxLength: 20,
    }),
    fc.constantFrom('if', '~', '~/x', '-n', '--', '$(id)', 'A=b', '2', '\\', "'", ''),
  )
  .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text)
const name = word
  .map((text) => text.replaceAll('/', '|'))
  .filter((text) => text !== '' && text !== '.' && text !== '..' && text !== '~')

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64')

test('words come back from a host as they were given: values, lists, variables, directories, paths, input', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { maxLength: 6 }),
      word,
      name,
      fc.uint8Array({ maxLength: 300 }),
      async (words, value, directory, bytes) => {
        const listed = await host.run`printf '%s\\0' ${value} ${words} | base64 -w0`
        expect(bytesOf(listed.stdout).toString()).toBe([value, ...words].map((each) => `${each}\0`).join(''))
        const variable = await host.env({ WORD: value }).run`printf %s "$WORD" | base64 -w0`
        expect(bytesOf(variable.stdout).toString()).toBe(value)
        const input = await host.run({ stdin: bytes })`base64 -w0`
        expect([...bytesOf(input.stdout)]).toEqual([...bytes])
        const place = host.cd(`names/${directory}`)
        await host.run`mkdir -p ./${`names/${directory}`}`
        expect((await place.run`printf '%s' "$PWD" | base64 -w0`).stdout).toBe(
          Buffer.from(`${(await host.run`pwd`).stdout}/names/${directory}`).toString('base64'),
        )
        await place.write(directory, bytes)
        expect([...(await place.as('root').read(directory, { bytes: true }))]).toEqual([...bytes])
        await host.run`rm -r names`
      },
    ),
    { numRuns: 25 },
  )
}, 60_000)

type Move = ['cd', string] | ['env', string, string] | ['as', string] | ['using', string]
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.tuple(fc.constant('cd' as const), fc.constantFrom('a', 'b', '..', '~', '/tmp', '~/a/b')),
  fc.tuple(fc.constant('env' as const), fc.constantFrom('A', 'B'), word),
  fc.tuple(fc.constant('as' as const), fc.constantFrom('root', 'deploy', "o'brien")),
  fc.tuple(fc.constant('using' as const), fc.constantFrom('sh', 'bash -eu')),
)

test('contexts add up in every order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 6 }), async (moves) => {
      const meant = { directory: place, A: '', B: '', user: '', shell: 'sh' }
      let nested = host.cd('~')
      for (const [what, first, second = ''] of moves) {
        if (what === 'cd') {
          nested = nested.cd(first)
          meant.directory = join(
            first.startsWith('~') || first.startsWith('/') ? '' : meant.directory,
            first.replace('~', place),
          )
        } else if (what === 'env') {
          nested = nested.env({ [first]: second })
          meant[first === 'A' ? 'A' : 'B'] = second
        } else if (what === 'as') {
          nested = nested.as(first)
          meant.user = first
        } else {
          nested = nested.using(first)
          meant.shell = first
        }
      }
      const exists = await host.run({ okCodes: [0, 1] })`test -d ${meant.directory}`
      const said = nested.run`printf '%s\\0' "$PWD" "\${A-}" "\${B-}" "\${SUDO_TO-}" "\${BASH_VERSION:+bash}" | base64 -w0`
      if (exists.code === 1) {
        await expect(said).rejects.toMatchObject({ code: 'E_COMMAND_FAILED' })
        return
      }
      const { directory, A, B, user, shell } = meant
      const expected = [directory, A, B, user, shell === 'sh' ? '' : 'bash']
      expect(
        bytesOf((await said).stdout)
          .toString()
          .split('\0')
          .slice(0, -1),
      ).toEqual(expected)
    }),
    { numRuns: 40 },
  )
}, 60_000)
