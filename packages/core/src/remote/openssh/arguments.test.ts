import { expect, test } from 'vitest'
import { Targets } from '../ssh/targets.ts'
import type { HostSpec, SshDefaults } from '../transport.ts'
import { type MasterSettings, masterArguments } from './arguments.ts'

const settings = {
  control: '/tmp/vs-1/1',
  isAlone: true,
  learnsHostKeys: true,
  alive: { interval: 15, count: 3 },
}

const argumentsFor = async (
  spec: HostSpec,
  defaults: SshDefaults,
  more: Partial<MasterSettings> = {},
): Promise<string[]> =>
  masterArguments({ ...settings, target: await new Targets().of(spec, defaults), defaults, ...more })

test('what hosts and stages say becomes flags, which come before ssh_config', async () => {
  const args = await argumentsFor(
    { name: 'web-1', address: '10.0.0.1', port: 2222, proxyJump: 'none' },
    { user: 'deploy', identityFile: '/keys/50%', config: false, knownHosts: ['/known hosts', '/other'] },
  )
  const words = args.join(' ')
  expect(args.slice(-2)).toEqual(['--', '10.0.0.1'])
  expect(words).toContain('-F none -p 2222 -l deploy -i /keys/50%% -o IdentitiesOnly=yes')
  expect(words).toContain('-o ProxyJump=none -o ProxyCommand=none')
  expect(args).toContain('UserKnownHostsFile="/known hosts" "/other"')
  expect(args).toContain('BatchMode=yes')
})

test('what nobody says is left to ssh_config', async () => {
  const args = await argumentsFor({ name: 'web-1' }, {}, { isAlone: false })
  expect(args.join(' ')).not.toMatch(/ -[FpliJ] |KnownHosts|BatchMode|StrictHostKeyChecking|IdentityFile/)
})

test('the way leads through the master of a jump host', async () => {
  const args = await argumentsFor({ name: 'web-1' }, { config: false }, { via: "/tmp/it's/50%" })
  expect(args).toContain(
    `ProxyCommand='ssh' '-F' 'none' '-S' '/tmp/it'\\''s/50%%' '-W' '[%h]:%p' '--' 'jump'`,
  )
})

test('a jump host is shown its own keys, then that of the stage', async () => {
  const defaults = { config: false, identityFile: '/keys/stage' } as const
  const { via } = await new Targets().of({ name: 'web-1', proxyJump: 'deploy@door:23' }, defaults)
  if (via === undefined) throw new Error('no way')
  const args = masterArguments({ ...settings, target: via, defaults })
  expect(args.join(' ')).toMatch(/-p 23 -l deploy .*id_ed25519.* -o IdentityFile="\/keys\/stage" .*-- door$/)
  expect(args).not.toContain('IdentitiesOnly=yes')
})

test('new keys are written nowhere when none is to be learnt', async () => {
  const args = await argumentsFor({ name: 'web-1' }, { knownHosts: ['/known'] }, { learnsHostKeys: false })
  expect(args).toContain('UserKnownHostsFile="/dev/null" "/known"')
  expect(args).toContain('GlobalKnownHostsFile=none')
  expect(args).toContain('UpdateHostKeys=no')
  const usual = await argumentsFor({ name: 'web-1' }, { config: false }, { learnsHostKeys: false })
  expect(usual.join(' ')).toMatch(/UserKnownHostsFile="\/dev\/null" "\/.*\/\.ssh\/known_hosts"/)
  expect(usual.join(' ')).not.toMatch(/GlobalKnownHostsFile/)
})

test('given keys are the only ones', async () => {
  const given = {
    file: '/tmp/vs-1/1.keys',
    lines: [],
    fingerprints: ['SHA256:abc'],
    algorithms: ['ssh-ed25519'],
  }
  const args = await argumentsFor({ name: 'web-1' }, { knownHosts: ['/known'] }, { given })
  expect(args).toContain('StrictHostKeyChecking=yes')
  expect(args).toContain('UserKnownHostsFile="/tmp/vs-1/1.keys"')
  expect(args).toContain('HostKeyAlgorithms=^ssh-ed25519')
  expect(args.find((each) => each.startsWith('KnownHostsCommand='))).toMatch(/%f %t %K SHA256:abc$/)
})
