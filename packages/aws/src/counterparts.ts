import { z } from '@viridian/core/zod'

const names = z.record(z.string(), z.string())

/** What stands for what in a copy of a fleet: by the original's name, or ARN for policies, the copy's. */
export const Counterparts = z.strictObject({ groups: names, balancers: names, policies: names })

export type Counterparts = z.infer<typeof Counterparts>
