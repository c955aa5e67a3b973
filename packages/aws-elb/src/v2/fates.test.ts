import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { membersOf, type StructureSchema } from '../../../aws/src/testing/schema-members.ts'
import * as fates from './fates.ts'

const tables: [name: string, table: object, schema: StructureSchema][] = [
  ['a load balancer', fates.loadBalancerFates, sdk.LoadBalancer$],
  ['a zone', fates.zoneFates, sdk.AvailabilityZone$],
  ['a target group', fates.targetGroupFates, sdk.TargetGroup$],
  ['a listener', fates.listenerFates, sdk.Listener$],
  ['a certificate', fates.certificateFates, sdk.Certificate$],
  ['mutual authentication', fates.mutualFates, sdk.MutualAuthenticationAttributes$],
  ['a rule', fates.ruleFates, sdk.Rule$],
  ['a condition', fates.conditionFates, sdk.RuleCondition$],
  ['an action', fates.actionFates, sdk.Action$],
  ['a forward', fates.forwardFates, sdk.ForwardActionConfig$],
  ['a weighted target group', fates.weightedGroupFates, sdk.TargetGroupTuple$],
]

test.each(tables)('of %s every member that the pinned SDK knows has a fate', (_name, table, schema) => {
  expect(Object.keys(table).sort()).toEqual(membersOf(schema))
})

test('no table goes unwalked', () => {
  const walked = new Set(tables.map(([, table]) => table))
  expect(Object.values(fates).filter((table) => !walked.has(table))).toEqual([])
})
