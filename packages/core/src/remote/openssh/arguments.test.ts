import { expect, test } from 'vitest'
import { masterArguments } from './arguments.ts'

const settings = { control: '/tmp/vs-1/1', isAlone: true, alive: { interval: 15, count: 3 } }

test('what hosts and stages say becomes flags, which come before ssh_config', () => {
  const args = masterArguments({
    ...settings,
    spec: { name: 'web-1', address: '10.0.0.1', port: 2222, proxyJump: 'none' },
    defaults: {
      user: 'deploy',
      identityFile: '/keys/50%',
      config: false,
      knownHosts: ['/known hosts', '/other'],
    },
  })
  const words = args.join(' ')
  expect(args.slice(-2)).toEqual(['--', '10.0.0.1'])
  expect(words).toContain('-F none -p 2222 -l deploy -i /keys/50%% -o IdentitiesOnly=yes')
  expect(words).toContain('-o ProxyJump=none -o ProxyCommand=none')
  expect(args).toContain('UserKnownHostsFile="/known hosts" "/other"')
  expect(args).toContain('BatchMode=yes')
})

test('what nobody says is left to ssh_config', () => {
  const words = masterArguments({ ...settings, isAlone: false, spec: { name: 'web-1' }, defaults: {} }).join(
    ' ',
  )
  expect(words).not.toMatch(/ -[FpliJ] |KnownHosts|BatchMode|StrictHostKeyChecking/)
})

test('given keys are the only ones', () => {
  const given = {
    file: '/tmp/vs-1/1.keys',
    lines: [],
    fingerprints: ['SHA256:abc'],
    algorithms: ['ssh-ed25519'],
  }
  const args = masterArguments({
    ...settings,
    given,
    spec: { name: 'web-1' },
    defaults: { knownHosts: ['/known'] },
  })
  expect(args).toContain('StrictHostKeyChecking=yes')
  expect(args).toContain('UserKnownHostsFile="/tmp/vs-1/1.keys"')
  expect(args).toContain('HostKeyAlgorithms=^ssh-ed25519')
  expect(args.find((each) => each.startsWith('KnownHostsCommand='))).toMatch(/%f %t %K SHA256:abc$/)
})
