import { execFile, spawnSync } from 'node:child_process'
import type { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveNames } from '../testing/name-server.ts'
import { askBySsh, comparable, type Surroundings } from '../testing/ssh-g.ts'
import { addressOf } from './canonical.ts'
import type { HostQuery } from './resolve.ts'
import type { SshSettings } from './settings.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-ssh-config-'))
afterAll(() => rmSync(place, { recursive: true }))

const names = {
  'web.one.test': '127.0.0.1',
  'web.two.test': '127.0.0.2',
  'db.two.test': '127.0.0.3',
  'www.one.test': 'alias.cdn.test',
  'alias.cdn.test': 'real.cdn.test',
  'real.cdn.test': '127.0.0.4',
  'bare.test': '127.0.0.5',
  'moved.test': 'web.one.test',
  'a.b.one.test': '127.0.0.6',
}

const yes = 'CanonicalizeHostname yes\nCanonicalDomains one.test two.test\n'
const cases: readonly (readonly [name: string, config: string, host: string])[] = [
  ['the first domain', yes, 'web'],
  ['the second domain', yes, 'db'],
  [
    'a block for the canonical name',
    `${yes}Host web.one.test\nPort 1\nMatch canonical host *.one.test\nUser u`,
    'web',
  ],
  ['a name in capitals', yes, 'WEB'],
  ['a name that exists nowhere', yes, 'nowhere'],
  ['a name that must exist', `${yes}CanonicalizeFallbackLocal no`, 'nowhere'],
  ['a dotted name that must exist', `${yes}CanonicalizeFallbackLocal no`, 'bare.test'],
  ['an anchored name', yes, 'bare.test.'],
  ['an anchored name that must exist', `${yes}CanonicalizeFallbackLocal no`, 'no.test.'],
  ['more dots', `${yes}CanonicalizeMaxDots 0`, 'a.b'],
  ['as many dots', yes, 'a.b'],
  ['HostName before', `${yes}Host x\nHostName web`, 'x'],
  ['a proxy', `${yes}ProxyCommand x`, 'web'],
  ['a proxy, always', `${yes.replace('yes', 'always')}ProxyJump x`, 'web'],
  ['ProxyCommand none', `${yes}ProxyCommand none`, 'web'],
  ['a CNAME that may not be followed', yes, 'www'],
  ['a CNAME that may be followed', `${yes}CanonicalizePermittedCNAMEs *.one.test:*.cdn.test`, 'www'],
  ['a CNAME to elsewhere', `${yes}CanonicalizePermittedCNAMEs *.one.test:*.other.test`, 'www'],
  ['CNAMEs of lists', `${yes}CanonicalizePermittedCNAMEs *.x,*.one.test:*.y,real.*`, 'www'],
  ['any CNAME', `${yes}CanonicalizePermittedCNAMEs *:*`, 'www'],
  ['no CNAMEs', `${yes}CanonicalizePermittedCNAMEs none`, 'www'],
  [
    'a CNAME of a name with enough dots',
    `${yes}CanonicalizeMaxDots 0\nCanonicalizePermittedCNAMEs *:*.test`,
    'moved.test',
  ],
  ['CNAMEs without canonical names', 'CanonicalizePermittedCNAMEs *:*', 'moved.test'],
]

const canMount = spawnSync('unshare', ['-m', 'true']).status === 0

describe.skipIf(!canMount)('the same as ssh, by a name server', () => {
  const server = '127.53.53.53'
  const resolvConf = join(place, 'resolv.conf')
  let socket: ReturnType<typeof createSocket>
  let ours: readonly (SshSettings | { readonly code: string })[]

  const within: Surroundings = (command) => {
    const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ['unshare', '-m', 'sh', '-c', script, resolvConf, ...command]
  }

  beforeAll(async () => {
    socket = await serveNames(names, server)
    writeFileSync(resolvConf, `nameserver ${server}\n`)
    const questions = cases.map(([, text, host], index) => {
      const config = join(place, String(index))
      writeFileSync(config, text)
      return { config, host }
    })
    ours = await resolveWithin(questions)
  })
  afterAll(() => socket.close())

  /** In a process of its own, which has the name server. */
  async function resolveWithin(questions: readonly (HostQuery & { config: string })[]) {
    const script = `
      import { createJiti } from 'jiti'
      const { SshConfig } = await createJiti(import.meta.url).import(${JSON.stringify(fileURLToPath(new URL('resolve.ts', import.meta.url)))})
      const questions = ${JSON.stringify(questions)}
      const answers = await Promise.all(questions.map((each) => new SshConfig(each).resolve(each).catch(({ code }) => ({ code }))))
      process.stdout.write(JSON.stringify(answers))`
    const [program = '', ...args] = within([process.execPath, '--input-type=module', '-e', script])
    const { stdout } = await promisify(execFile)(program, args, { cwd: import.meta.dirname })
    return JSON.parse(stdout)
  }

  test.each(cases.map(([name, , host], index) => ({ name, host, index })))(
    '$name',
    async ({ host, index }) => {
      const theirs = await askBySsh({ host }, join(place, String(index)), within)
      const own = ours[index]
      if (own === undefined) throw new Error('there is no answer')
      if (typeof theirs === 'string' || 'code' in own) {
        expect([typeof theirs, own]).toEqual(['string', { code: 'E_HOST_UNREACHABLE' }])
      } else {
        expect(comparable(own, theirs)).toEqual(JSON.parse(JSON.stringify(theirs)))
      }
    },
  )
})

test.each([
  ['10.1', '10.0.0.1'],
  ['0x7f000001', '127.0.0.1'],
  ['010.0.0.1', '8.0.0.1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['fe80::1%lo', 'fe80::1%lo'],
  ['1.2.3.4.5', undefined],
  ['256.1', undefined],
  ['web-1', undefined],
])('the address %s', (text, address) => {
  expect(addressOf(text)).toBe(address)
})
