import type { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { afterEach, beforeEach } from 'vitest'
import { PlainGroups } from './plain-groups.ts'
import { openTestCloud, type TestCloud } from './test-cloud.ts'

export interface OnPlainGroups {
  readonly cloud: TestCloud
  readonly groups: PlainGroups
  readonly scaling: AutoScaling
}

/** A cloud of its own for each test of a file, in which groups can be made. */
export function onPlainGroups(take: (given: OnPlainGroups) => void): void {
  let cloud: TestCloud
  beforeEach(async () => {
    cloud = await openTestCloud()
    const groups = new PlainGroups(cloud)
    take({ cloud, groups, scaling: groups.scaling })
  })
  afterEach(() => cloud.close())
}
