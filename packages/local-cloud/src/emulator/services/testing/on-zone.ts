import type { Route53 } from '@aws-sdk/client-route-53'
import { afterEach, beforeEach } from 'vitest'
import { openTestCloud, type TestCloud } from './test-cloud.ts'
import { TestZone } from './test-zone.ts'

export interface OnZone {
  readonly cloud: TestCloud
  readonly zone: TestZone
  readonly dns: Route53
}

/** A cloud of its own for each test of a file, with a hosted zone in it. */
export function onZone(take: (given: OnZone) => void): void {
  let cloud: TestCloud
  beforeEach(async () => {
    cloud = await openTestCloud()
    const zone = await TestZone.open(cloud)
    take({ cloud, zone, dns: zone.dns })
  })
  afterEach(() => cloud.close())
}
