import { balancerName, Front } from '@viridian/aws'
import { defineCheck, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { balancerDnsName } from './domain-name.ts'
import { FoundRecord } from './found-record.ts'
import { readRecordSets } from './read-record-sets.ts'
import { shownSets } from './record-set.ts'

/** Tests, without waiting, that a record leads to a balancer: a guard (`ListResourceRecordSets`). */
export const testPointsAt = defineCheck({
  name: 'aws-route53/test-points-at',
  version: 3,
  input: z.strictObject({ found: FoundRecord, to: Front }),
  output: z.null(),
  calls: ['route53:ListResourceRecordSets'],
  title: ({ found, to }) => `see ${found.name} still at ${balancerName(to)}`,
  run: async ({ found, to }, c) => {
    const sets = await readRecordSets(c, found.zoneId, found.name)
    const there = sets.every(
      ({ AliasTarget, ResourceRecords = [] }) =>
        balancerDnsName(AliasTarget?.DNSName ?? ResourceRecords[0]?.Value ?? '') ===
        balancerDnsName(to.dnsName),
    )
    if (sets.length > 0 && there) return null
    throw new ViridianError(
      'E_RECORD_CHANGED',
      `${found.name} is not at ${balancerName(to)}: ${shownSets(sets)}`,
      {
        hint: 'somebody else has changed it: look who, before you go on',
        place: { call: 'route53:ListResourceRecordSets' },
      },
    )
  },
})
