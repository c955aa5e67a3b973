import { expect, test } from 'vitest'
import { isAddress, parseHost } from './host-address.ts'

test.each([
  ['web-1', { name: 'web-1' }],
  ['deploy@web-1:2222', { name: 'web-1', user: 'deploy', port: 2222 }],
  ['[::1]:2222', { name: '::1', port: 2222 }],
  ['ssh://web-1', { name: 'web-1' }],
  ['ssh://deploy@web-1:2222', { name: 'web-1', user: 'deploy', port: 2222 }],
  ['ssh://a%40b@[::1]:2222/', { name: '::1', user: 'a@b', port: 2222 }],
  // As `ssh`, it takes no path: nothing of this is meant for another part.
  ['ssh://deploy@web-1/srv', { name: 'ssh://deploy@web-1/srv' }],
])('a host is read from %s', (text, host) => {
  expect(parseHost(text)).toEqual(host)
  expect(isAddress(text)).toBe(text !== 'web-1')
})
