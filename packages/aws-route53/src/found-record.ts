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
  /**
   * Its A, AAAA and CNAME record sets, as Route 53 gives them; none where there is no record yet. Of a weighted name
   * those of the set identifier that is meant.
   */
  sets: z.array(RecordSet),
  /** Of weighted record sets: the set identifier of the one that is meant. */
  set: z.string().exactOptional(),
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

/** A record in words: its name, and of a weighted one its set identifier. */
export const recordTitle = ({ name, set }: Pick<FoundRecord, 'name' | 'set'>): string =>
  set === undefined ? name : `${name} (${set})`
