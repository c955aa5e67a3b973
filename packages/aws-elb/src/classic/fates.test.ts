import * as sdk from '@aws-sdk/client-elastic-load-balancing'
import { expect, test } from 'vitest'
import { membersOf, type StructureSchema } from '../../../aws/src/testing/schema-members.ts'
import * as fates from './fates.ts'

const tables: [name: string, table: object, schema: StructureSchema][] = [
  ['a description', fates.descriptionFates, sdk.LoadBalancerDescription$],
  ["a listener's description", fates.listenerDescriptionFates, sdk.ListenerDescription$],
  ['a listener', fates.listenerFates, sdk.Listener$],
  ['a backend', fates.backendFates, sdk.BackendServerDescription$],
  ['a health check', fates.healthCheckFates, sdk.HealthCheck$],
  ['attributes', fates.attributesFates, sdk.LoadBalancerAttributes$],
  ['cross-zone', fates.crossZoneFates, sdk.CrossZoneLoadBalancing$],
  ['an access log', fates.accessLogFates, sdk.AccessLog$],
  ['draining', fates.drainingFates, sdk.ConnectionDraining$],
  ['connections', fates.connectionFates, sdk.ConnectionSettings$],
  ['an additional attribute', fates.additionalAttributeFates, sdk.AdditionalAttribute$],
  ['a policy', fates.policyFates, sdk.PolicyDescription$],
  ["a policy's attribute", fates.policyAttributeFates, sdk.PolicyAttributeDescription$],
  ['a tag', fates.tagFates, sdk.Tag$],
]

test.each(tables)('of %s every member that the pinned SDK knows has a fate', (_name, table, schema) => {
  expect(Object.keys(table).sort()).toEqual(membersOf(schema))
})

test('no table goes unwalked', () => {
  const walked = new Set(tables.map(([, table]) => table))
  expect(Object.values(fates).filter((table) => !walked.has(table))).toEqual([])
})
