import { afterAll, beforeAll, expect } from 'vitest'
import { type Ec2Cloud, openEc2Cloud, temporaryDirectory } from './ec2-cloud.ts'
import { Instances } from './instances.ts'

export interface OnInstances {
  readonly cloud: Ec2Cloud
  readonly instances: Instances
  readonly directory: Awaited<ReturnType<typeof temporaryDirectory>>
}

/** One cloud, in a directory of its own, for the tests of a file. */
export function onInstances(take: (given: OnInstances) => void): void {
  let given: OnInstances
  beforeAll(async () => {
    const directory = await temporaryDirectory()
    const cloud = await openEc2Cloud({ directory: directory.path })
    given = { cloud, instances: new Instances(cloud), directory }
    take(given)
  })
  afterAll(async () => {
    await given.cloud.close()
    await given.directory.remove()
    expect(given.cloud.reports).toEqual([])
  })
}
