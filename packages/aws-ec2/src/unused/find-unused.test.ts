import { expect, test } from 'vitest'
import { whyNotOurs } from './find-unused.ts'

const image = {
  ...{ ImageId: 'ami-1', Name: 'web', State: 'available', Public: false },
  Tags: [{ Key: 'viridian:run', Value: '20261123-154233-k3f9' }],
  BlockDeviceMappings: [],
}

test.each([
  [{}, undefined],
  [{ Public: true }, 'it is public'],
  [{ DeregistrationProtection: 'enabled-with-cooldown' }, 'it is protected against being deregistered'],
  [{ DeregistrationProtection: 'disabled' }, undefined],
])('an image of a run with %j is ours to remove, or why it is not', (settings, reason) => {
  expect(whyNotOurs({ ...image, ...settings })).toBe(reason)
})
