import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import type { Fleet } from '@viridian/aws'
import { afterAll, beforeAll, expect } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../../aws/src/testing/test-steps.ts'
import { autoScaling } from '../index.ts'

export const fleets = autoScaling()

export interface BenchOptions {
  /** Whether something is meant to go wrong in the cloud where no caller waits. @default false */
  readonly fails?: boolean
}

/** A cloud with a group `web`, open while the tests of a file run; nothing goes wrong in it unseen. */
export function fleetBench({ fails = false }: BenchOptions = {}) {
  let cloud: FleetCloud
  beforeAll(async () => {
    cloud = await openFleetCloud()
  })
  afterAll(async () => {
    await cloud.close()
    if (!fails) expect(cloud.reports).toEqual([])
  })
  const bench = {
    get cloud(): FleetCloud {
      return cloud
    },
    /** Steps of a run of its own. */
    steps: (): TestSteps => testSteps(cloud.context()),
    described: (group = 'web'): Promise<Fleet> => fleets.describe(bench.steps(), group),
    async groupOf(name: string): Promise<AutoScalingGroup | undefined> {
      const names = { AutoScalingGroupNames: [name] }
      return (await cloud.scaling.describeAutoScalingGroups(names)).AutoScalingGroups?.[0]
    },
  }
  return bench
}

export const idsOf = (instances: readonly { id: string }[]): string[] => instances.map(({ id }) => id)
