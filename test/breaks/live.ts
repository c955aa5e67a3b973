import { expect } from 'vitest'
import type { Rehearsal } from './rehearsal.ts'

/** The fleet that the name leads to: what a deployment by DNS has made live. */
export async function expectLive({ project, account, versionOn }: Rehearsal, version: string, size: number) {
  const { group: name, loadBalancer } = (await project.cloud()).names
  const instances = await account.instances()
  expect(await Promise.all(instances.map(({ address }) => versionOn(address)))).toEqual(
    Array.from({ length: size }, () => version),
  )
  expect(await account.inService(loadBalancer)).toEqual(instances.map(({ id }) => id).sort())
  const group = await account.group(name)
  expect(group).toMatchObject({ sizes: [size, size, size + 2], suspended: [] })
  expect(Object.keys(group.tags)).not.toContain('viridian:pin')
}
