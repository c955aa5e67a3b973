import { ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import type { CloudAccess } from './access.ts'
import { administer } from './administer.ts'
import type { FleetSeed } from './fleet-seed.ts'

/** By what a fleet is found. */
export const fleetNames = z.object({
  group: z.string(),
  loadBalancer: z.string(),
  balancer: z.enum(['classic', 'application', 'network']),
  record: z.string(),
})

export type FleetNames = z.infer<typeof fleetNames>

/** How a fleet stands in a running cloud. */
export const fleetStanding = z.object({
  /** All of it that can be expected to serve does. */
  serves: z.boolean(),
  /** The group and the load balancer that its record leads to now. */
  live: z.object({ group: z.string(), loadBalancer: z.string() }).optional(),
})

export type FleetStanding = z.infer<typeof fleetStanding>

/**
 * Has the cloud look at a fleet. Its process has Amazon's clients at hand; to load them takes longer than all else that a
 * short run does.
 *
 * @throws ViridianError `E_CLOUD_GONE`, `E_CLOUD_FLEET`
 */
export async function askForFleet(
  access: Pick<CloudAccess, 'endpoint' | 'secretAccessKey'>,
  { group, loadBalancer, balancer = 'classic', record }: FleetSeed,
  signal?: AbortSignal,
): Promise<FleetStanding> {
  const names: FleetNames = { group, loadBalancer, balancer, record }
  const { status, text } = await administer(access, 'POST', 'fleet', {
    body: names,
    ...(signal && { signal }),
  })
  if (status === 200) return fleetStanding.parse(JSON.parse(text))
  throw new ViridianError('E_CLOUD_FLEET', `the local cloud cannot tell how its fleet stands: ${text}`, {
    hint: 'one that another version of this package has started does not know the question: "tasks cloud down" ends it',
  })
}
