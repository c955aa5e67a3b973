import { expect, test } from 'vitest'
import { hostKeysIn } from './console-keys.ts'

const fingerprints = (digest: string): string =>
  [
    '<14>Nov 23 15:42:33 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----',
    `<14>Nov 23 15:42:33 cloud-init: 256 SHA256:${digest.repeat(43)} root@ip-10-0-0-1 (ED25519)`,
    '<14>Nov 23 15:42:33 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----',
  ].join('\r\n')

const keys = (blob: string): string =>
  [
    '-----BEGIN SSH HOST KEY KEYS-----',
    `ecdsa-sha2-nistp256 AAAAE2Vj${blob}= root@ip-10-0-0-1`,
    `ssh-ed25519 AAAAC3Nz${blob} root@ip-10-0-0-1`,
    '-----END SSH HOST KEY KEYS-----',
  ].join('\r\n')

test('whole keys are preferred to fingerprints', () => {
  expect(hostKeysIn(`boot\n${fingerprints('a')}\n${keys('one')}\nlogin:`)).toEqual([
    'ecdsa-sha2-nistp256 AAAAE2Vjone=',
    'ssh-ed25519 AAAAC3Nzone',
  ])
})

test('fingerprints will do', () => {
  expect(hostKeysIn(fingerprints('b'))).toEqual([`SHA256:${'b'.repeat(43)}`])
})

test('the last boot counts', () => {
  expect(hostKeysIn(`${keys('one')}\n${keys('two')}`)).toEqual([
    'ecdsa-sha2-nistp256 AAAAE2Vjtwo=',
    'ssh-ed25519 AAAAC3Nztwo',
  ])
})

test('an unfinished block is none, and nor is a key outside of one', () => {
  expect(hostKeysIn(keys('one').split('-----END')[0] ?? '')).toEqual([])
  expect(hostKeysIn('ssh-ed25519 AAAAC3Nzone root@somewhere')).toEqual([])
})
