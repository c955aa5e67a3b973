import { balancerName, Front } from '@viridian/aws'
import { defineCheck, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { balancerDnsName } from './domain-name.ts'
import { FoundRecord, recordTitle } from './found-record.ts'
import { readRecordSets } from './read-record-sets.ts'
import { ofSet, shownSets, targetName } from './record-set.ts'

/** Tests, without waiting, that a record leads to a balancer: a guard (`ListResourceRecordSets`). */
export const testPointsAt = defineCheck({
  name: 'aws-route53/test-points-at',
  version: 3,
  input: z.strictObject({ found: FoundRecord, to: Front }),
  output: z.null(),
  calls: ['route53:ListResourceRecordSets'],
  title: ({ found, to }) => `see ${recordTitle(found)} still at ${balancerName(to)}`,
  run: async ({ found, to }, c) => {
    const sets = ofSet(await readRecordSets(c, found.zoneId, found.name), found.set)
    const there = sets.every((set) => balancerDnsName(targetName(set)) === balancerDnsName(to.dnsName))
    if (sets.length > 0 && there) return null
    throw new ViridianError(
      'E_RECORD_CHANGED',
      `${recordTitle(found)} is not at ${balancerName(to)}: ${shownSets(sets)}`,
      {
        hint: 'somebody else has changed it: look who, before you go on',
        place: { call: 'route53:ListResourceRecordSets' },
      },
    )
  },
})
