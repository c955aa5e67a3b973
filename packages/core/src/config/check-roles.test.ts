import { expect, it } from 'vitest'
import { checkConfig } from './check.ts'

const check = (roles: unknown): unknown => {
  try {
    return checkConfig({ tasks: {}, roles }, 'tasks.config.ts') && 'fine'
  } catch (error) {
    return error
  }
}

it.each<[string, unknown]>([
  ['names', ['web-1', 'deploy@web-2:22']],
  ['a function', async () => []],
  ['hosts in full', [{ name: 'web-1', address: '10.0.0.1', port: 22, user: 'a', labels: { zone: 'a' } }]],
  ['a list with ssh settings', { hosts: ['web-1'], ssh: { user: 'deploy', transport: 'openssh' } }],
  ['a function with ssh settings', { hosts: () => [], ssh: { proxyJump: 'bastion' } }],
])('a role is %s', (_, role) => {
  expect(check({ web: role })).toBe('fine')
})

it.each<[string, unknown, string, RegExp]>([
  [
    'an unknown member',
    [{ name: 'a', adress: 'b' }],
    'roles.web.0.adress is nothing',
    /did you mean address/,
  ],
  ['a wrong port', [{ name: 'a', port: '22' }], 'roles.web.0.port: ', /HostSpec/],
  ['a port that is none', [{ name: 'a', port: 99999 }], 'roles.web.0.port: ', /HostSpec/],
  ['an unknown transport', [{ name: 'a', transport: 'telnet' }], 'roles.web.0.transport: ', /HostSpec/],
  [
    'two of one name',
    ['web-1', { name: 'web-1' }],
    'roles.web has two hosts called "web-1"',
    /name of its own/,
  ],
  ['an unknown member of a role', { hosts: [], shh: {} }, 'roles.web.shh is nothing', /did you mean ssh/],
  [
    'an unknown setting',
    { hosts: [], ssh: { usr: 'a' } },
    'roles.web.ssh.usr is nothing',
    /did you mean user/,
  ],
  ['a wrong setting', { hosts: ['a'], ssh: { user: 7 } }, 'roles.web.ssh.user: ', /RoleSpec/],
  [
    'hosts of a role in full',
    { hosts: [{ name: 'a', prot: 1 }] },
    'roles.web.hosts.0.prot is nothing',
    /port/,
  ],
  ['hosts that are none', { hosts: 'web-1' }, 'not valid at roles.web: expected a list', /defineConfig/],
])('is refused with %s', (_, role, message, hint) => {
  expect(check({ web: role })).toMatchObject({
    code: 'E_CONFIG_INVALID',
    message: expect.stringContaining(message),
    hint: expect.stringMatching(hint),
  })
})

it('is looked at on every stage', () => {
  expect(() =>
    checkConfig({ tasks: {}, stages: { there: { roles: { web: [{ name: 'a', x: 1 }] } } } }, 'f'),
  ).toThrow('stages.there.roles.web.0.x is nothing')
})
