import { z } from '@viridian/core/zod'
import { RecordSet } from './record-set.ts'

/** Where a name leads today: plain data, for `switch`. */
export const FoundRecord = z.strictObject({
  /** As people write it: `www.example.test`. */
  name: z.string(),
  /** The hosted zone that it is in. */
  zoneId: z.string(),
  /** The names of the servers that answer for that zone. */
  nameServers: z.array(z.string()),
  /** Its A, AAAA and CNAME record sets, as Route 53 gives them; none where there is no record yet. */
  sets: z.array(RecordSet),
  /** The balancer that it leads to: its own DNS name, in lower case, without `dualstack.`. */
  target: z
    .strictObject({
      dnsName: z.string(),
      /** The hosted zone of the balancer's name; a CNAME does not say it. */
      zoneId: z.string().optional(),
    })
    .optional(),
})

export type FoundRecord = z.infer<typeof FoundRecord>
