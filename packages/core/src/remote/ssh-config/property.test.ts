import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { askBySsh, comparable } from '../testing/ssh-g.ts'
import { SshConfig } from './resolve.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-ssh-config-'))
afterAll(() => rmSync(place, { recursive: true }))

const name = fc.constantFrom('web', 'db', 'web.example.com', 'Web')
const pattern = fc
  .tuple(fc.boolean(), fc.constantFrom('*', 'web', 'db', 'w*', '*.com', '???', 'WEB', '*b*'))
  .map(([isNegated, text]) => `${isNegated ? '!' : ''}${text}`)
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 })
const user = fc.constantFrom('root', 'ann', 'bob')
const quoted = fc.constantFrom(
  'x',
  '"x y"',
  "'x'",
  'a\\"b',
  '"a\\\\"',
  'x#y',
  '"x" # z',
  'a"b c"d',
  '\\a\\ b',
)
const number = fc.nat({ max: 3 })

const criterion = fc.oneof(
  patterns.map((list) => `host ${list.join(',')}`),
  patterns.map((list) => `originalhost=${list.join(',')}`),
  user.map((text) => `user ${text},x*`),
  user.map((text) => `localuser "${text}"`),
  fc.constantFrom(
    'final',
    'canonical',
    'exec true',
    'exec false',
    'exec "test %h = web"',
    'exec "test %r = ann"',
  ),
)
const match = fc
  .array(fc.tuple(fc.constantFrom('', '!'), criterion), { minLength: 1, maxLength: 3 })
  .map((criteria) => `Match ${criteria.map((pair) => pair.join('')).join(' ')}`)

const line = fc.oneof(
  patterns.map((list) => `Host ${list.join(' ')}`),
  match,
  fc.constantFrom(
    'Match all',
    'Match final all',
    '# comment',
    '',
    'Foo x',
    'IgnoreUnknown f*',
    'CanonicalizeHostname yes',
  ),
  name.map((text) => `HostName ${text}`),
  fc.constantFrom('HostName %h.example.com', 'HostName 127.1', 'HostName %%h'),
  number.map((text) => `Port=220${text}`),
  user.map((text) => `user ${text}`),
  quoted.map((text) => `BindAddress ${text}`),
  quoted.map((text) => `UserKnownHostsFile /${text} ~/%k_%r_%p`),
  quoted.map((text) => `SetEnv A=${text} B=1`),
  fc.constantFrom('SendEnv A B', 'SendEnv -A*', 'SendEnv AB "C"'),
  fc.constantFrom(
    'ProxyJump a',
    'ProxyJump ann@b:22,c',
    'ProxyJump none',
    'ProxyCommand nc "%h"',
    'ProxyCommand none',
  ),
  number.map((text) => `ServerAliveInterval ${text}m${text}`),
  fc.constantFrom('ConnectTimeout none', 'ConnectTimeout 1h'),
  fc.constantFrom(
    'HostKeyAlias A',
    'BatchMode yes',
    'IdentitiesOnly no',
    'StrictHostKeyChecking off',
    'User',
    'Port x',
  ),
)

test('any small configuration reads as ssh reads it', async () => {
  const config = join(place, 'config')
  const question = fc.tuple(fc.array(line, { maxLength: 12 }), name, fc.option(user, { nil: undefined }))
  await fc.assert(
    fc.asyncProperty(question, async ([lines, host, as]) => {
      writeFileSync(config, lines.join('\n'))
      const query = { host, ...(as !== undefined && { user: as }) }
      const theirs = await askBySsh(query, config)
      const ours = new SshConfig({ config }).resolve(query)
      if (typeof theirs === 'string') await expect(ours).rejects.toMatchObject({ code: 'E_SSH_CONFIG' })
      else expect(comparable(await ours, theirs)).toEqual(theirs)
    }),
    { numRuns: 100 },
  )
})
