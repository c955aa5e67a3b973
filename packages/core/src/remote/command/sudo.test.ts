import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createRemote, type Remote } from '../remote.ts'
import type { Question } from '../terminal/prompt.ts'
import { OpenSsh } from '../testing/open-ssh.ts'
import { processesWith } from '../testing/processes.ts'
import { transportNames } from '../testing/transports.ts'
import type { SshDefaults } from '../transport.ts'
import { sudoHint } from './sudo.ts'

// Wants a password as sudo does: -n refuses, -S reads lines byte by byte, up to three of them; remembers it for a terminal,
// unless it is told not to (timestamp_timeout=0).
const fake = `#!/bin/sh
needs=$(cat "$HOME/needs")
mode=
while :; do case $1 in
  -n) mode=n; shift;; -S) mode=S; shift;; -p) prompt=$2; shift 2;; -u) SUDO_TO=$2; shift 2;; *) break;;
esac; done
export SUDO_TO=\${SUDO_TO:-root}
[ ! -e "$HOME/requiretty" ] || [ "$(ps -o tty= -p $$)" != '?' ] ||
  { echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1; }
[ -n "$needs" ] || exec "$@"
ticket=$HOME/ticket-$(ps -o tty= -p $$ | tr / -)
[ ! -e "$ticket" ] || exec "$@"
[ "$mode" = S ] || { echo 'sudo: a password is required' >&2; exit 1; }
for try in 1 2 3; do
  [ -z "$prompt" ] || echo "$prompt" | sed "s/%p/$(cat "$HOME/whose")/" >&2
  IFS= read -r given || { echo 'sudo: no password was provided' >&2; exit 1; }
  if [ "$given" = "$needs" ]; then
    [ -e "$HOME/forgetful" ] || case $ticket in *pts*) : >"$ticket"; esac
    exec "$@"
  fi
  echo "$given" >>"$HOME/wrong"
  echo 'Sorry, try again.' >&2
done
exit 1
`
const place = mkdtempSync(join(tmpdir(), 'viridian-sudo-'))
const me = userInfo().username
let sshd: OpenSsh
let remote: Remote
let questions: Question[]
let told: string[]
let secrets: string[]

beforeAll(async () => {
  writeFileSync(join(place, 'sudo'), fake)
  chmodSync(join(place, 'sudo'), 0o755)
  sshd = await OpenSsh.start({ config: [`SetEnv PATH=${place}:${process.env.PATH} HOME=${place}`] })
})
afterEach(() => remote.close())
afterAll(async () => {
  await sshd.stop()
  rmSync(place, { recursive: true })
})

function hostThatWants(password: string, answers: (string | undefined)[], more: Partial<SshDefaults> = {}) {
  writeFileSync(join(place, 'needs'), password)
  writeFileSync(join(place, 'whose'), me)
  writeFileSync(join(place, 'wrong'), '')
  for (const name of readdirSync(place).filter((each) => each.startsWith('ticket-')))
    rmSync(join(place, name))
  questions = []
  told = []
  secrets = []
  remote = createRemote({
    defaults: () => ({ knownHosts: [sshd.knownHosts], connectTimeout: '10s', ...more }),
    signal: new AbortController().signal,
    mask: (text) => text,
    ask: async (question) => {
      questions.push(question)
      return answers.shift()
    },
    onSecret: (value) => secrets.push(value),
  })
  const hooks = {
    onCommand: (command: string) => told.push(command),
    onLine: (_: string, line: string) => told.push(line),
  }
  return remote.host(sshd.spec(), hooks)
}

test('the password is asked for once, and every command gets its own input behind it', async () => {
  const host = hostThatWants('open sesame', ['open sesame'])
  const stdin = Buffer.alloc(100_000, 'é\0\n')
  const [counted, read, shown] = await Promise.all([
    host.sudo({ stdin })`wc -c`,
    host.as('deploy').run({ stdin: 'x' })`cat; echo " $SUDO_TO"`,
    host.sudo`cat; ps -eo args; echo root`,
  ])
  expect([counted.stdout.trim(), read.stdout]).toEqual(['100000', 'x deploy'])
  expect(questions).toEqual([{ text: `sudo password of ${me}`, secret: true }])
  expect([shown.stdout, ...told].join('\n')).not.toContain('open sesame')
  await host.as('root').write('from-root', 'text')
  expect(await host.as('root').read('from-root')).toBe('text')
  expect(questions).toHaveLength(1)
})

test.each(transportNames)(
  'a command on a terminal gets it too, and shows it to nobody: by %s',
  async (transport) => {
    const host = hostThatWants('open sesame', ['open sesame'], { transport })
    const { stdout } = await host.sudo({ pty: true })`[ -t 0 ] && echo "$SUDO_TO"; stty`
    expect(stdout).toMatch(/^root\n/)
    await expect(host.as('deploy').run({ pty: true })`exit 3`).rejects.toMatchObject({
      code: 'E_COMMAND_FAILED',
    })
    expect([stdout, ...told].join('\n')).not.toContain('open sesame')
    expect(questions).toEqual([{ text: `sudo password of ${me}`, secret: true }])
  },
)

test.each(transportNames)(
  'a command on a terminal gets it where sudo remembers none, and has its terminal to itself: by %s',
  async (transport) => {
    const host = hostThatWants('open sesame', ['open sesame'], { transport })
    writeFileSync(join(place, 'forgetful'), '')
    try {
      const { stdout } = await host.sudo({ pty: true })`[ -t 0 ] && echo "$SUDO_TO"; ps -eo args`
      expect(stdout).toMatch(/^root\n/)
      await expect(host.as('deploy').run({ pty: true })`exit 3`).rejects.toMatchObject({
        message: expect.stringMatching(/exit code 3$/),
      })
      writeFileSync(join(place, 'needs'), '')
      expect((await host.sudo({ pty: true })`tty && echo end`).stdout).toMatch(/^\/dev\/.*\nend$/)
      expect([stdout, ...told].join('\n')).not.toContain('open sesame')
      expect(questions).toHaveLength(1)
    } finally {
      rmSync(join(place, 'forgetful'))
    }
  },
)

test('a wrong one is asked for again, three times at most, and given to no command', async () => {
  const host = hostThatWants('right', ['wrong', 'right'])
  expect(await host.sudo`cat`).toMatchObject({ stdout: '' })
  expect(questions.map(({ text }) => text)).toEqual([
    `sudo password of ${me}`,
    `sudo password of ${me} (the last one was wrong)`,
  ])
  expect(readFileSync(join(place, 'wrong'), 'utf8')).toBe('wrong\n')
  await remote.close()
  const refused = hostThatWants('right', ['a', 'b', 'c', 'right'])
  await expect(refused.sudo`true`).rejects.toMatchObject({
    code: 'E_SUDO_PASSWORD',
    place: { host: 'web-1' },
  })
  await expect(refused.sudo`true`).rejects.toMatchObject({ code: 'E_SUDO_PASSWORD' })
  expect(questions).toHaveLength(3)
})

test("that is not the login user's is asked for by the name that sudo tells", async () => {
  const host = hostThatWants("root's", ["the user's", "root's"])
  writeFileSync(join(place, 'whose'), 'operator')
  expect(await host.sudo`cat`).toMatchObject({ stdout: '', stderr: '' })
  expect(questions.map(({ text }) => text)).toEqual([
    `sudo password of ${me}`,
    'sudo password of operator (the last one was wrong)',
  ])
  await remote.close()
  const given = hostThatWants("root's", [], { sudoPassword: () => "the user's" })
  writeFileSync(join(place, 'whose'), 'operator')
  await expect(given.sudo`true`).rejects.toMatchObject({
    code: 'E_SUDO_PASSWORD',
    message: 'web-1: sudo accepts no password of operator that it was given',
  })
})

test('with nobody to ask sudo says itself what it lacks; where it wants none nobody is asked', async () => {
  const host = hostThatWants('secret', [])
  await expect(host.sudo`true`).rejects.toMatchObject({
    code: 'E_COMMAND_FAILED',
    message: expect.stringContaining('sudo: a password is required'),
  })
  const required = { code: 'E_COMMAND_FAILED', message: expect.stringContaining('a password is required') }
  await expect(host.sudo({ okCodes: [0, 1] })`grep x y`).rejects.toMatchObject(required)
  await expect(host.sudo({ okCodes: 'any' })`true`).rejects.toMatchObject(required)
  await expect(host.as('root').exists('/')).rejects.toMatchObject(required)
  await remote.close()
  expect(await hostThatWants('', ['x']).as('root').exists('/')).toBe(true)
  await remote.close()
  expect(await hostThatWants('', ['x']).sudo`cat; echo $SUDO_TO`).toMatchObject({ stdout: 'root' })
  expect(questions).toEqual([])
})

test('the configuration may know it; a sudo that then wants none leaves no password in the input', async () => {
  const host = hostThatWants('from a vault', ['never'], { sudoPassword: async () => 'from a vault' })
  expect(await host.sudo({ stdin: 'in' })`cat`).toMatchObject({ stdout: 'in' })
  writeFileSync(join(place, 'needs'), '')
  expect(await host.sudo({ stdin: 'in' })`cat`).toMatchObject({ stdout: 'in' })
  expect([questions, secrets]).toEqual([[], ['from a vault']])
  expect(processesWith('from a vault')).toEqual([])
})

test('a sudo that wants a terminal gets its password on the one of the command', async () => {
  const host = hostThatWants('open sesame', ['open sesame'])
  writeFileSync(join(place, 'requiretty'), '')
  try {
    await expect(host.sudo`true`).rejects.toMatchObject({
      code: 'E_COMMAND_FAILED',
      hint: 'this sudo wants a terminal (requiretty): give the command one, pty: true (tasks exec --pty)',
    })
    await expect(host.as('root').write('from-root', 'text')).rejects.toMatchObject({
      code: 'E_REMOTE_FILE',
      hint: expect.stringContaining('put it to a place of your own'),
    })
    expect((await host.sudo({ pty: true })`echo $SUDO_TO`).stdout).toBe('root')
    expect(questions).toHaveLength(1)
  } finally {
    rmSync(join(place, 'requiretty'))
  }
})

test.each([
  ['sudo: a password is required', /without a password, or give sudoPassword; where sudo allows single/],
  ['sudo: unknown user nosuch', undefined],
  ['a password is required', undefined],
])('what to do about %j', (line, hint) => {
  const told = sudoHint(['before', line])
  if (hint) expect(told).toMatch(hint)
  else expect(told).toBeUndefined()
})
