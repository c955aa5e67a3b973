import { z } from '@viridian/core/zod'

const names = z.record(z.string(), z.string())

/**
 * What stands for what in a copy of a fleet: by the original's name, the copy's; of policies, target groups and load
 * balancers of version 2 by their ARNs.
 */
export const Counterparts = z.strictObject({ groups: names, balancers: names, policies: names })

export type Counterparts = z.infer<typeof Counterparts>
