import { isDeepStrictEqual } from 'node:util'
import type { HealthCheck, LoadBalancerAttributes } from '@aws-sdk/client-elastic-load-balancing'
import { copyOf, elbApi, findMade } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineCopyPart } from '../copy-part.ts'
import { classicRef } from '../resource-ref.ts'
import {
  accessLogFates,
  additionalAttributeFates,
  attributesFates,
  connectionFates,
  crossZoneFates,
  drainingFates,
  healthCheckFates,
} from './fates.ts'
import { readAttributes, readDescription } from './settings.ts'

/** The balancer to copy from, and its copy. */
const Input = z.strictObject({ from: z.string(), name: z.string() })

/** Gives a copy the health check of its original (`ConfigureHealthCheck`). Undone with the copy. */
export const configureHealthCheck = defineCopyPart({
  name: 'aws-elb/configure-health-check',
  version: 1,
  input: Input,
  output: z.null(),
  copyOf: classicRef,
  calls: ['elasticloadbalancing:ConfigureHealthCheck', 'elasticloadbalancing:DescribeLoadBalancers'],
  title: ({ from }) => `copy the health check of ${from}`,
  run: async ({ from, name }, c) => {
    const HealthCheck = await healthCheckOf(c, from)
    await elbApi(c, 'ConfigureHealthCheck', { LoadBalancerName: name, HealthCheck }, z.unknown())
    return null
  },
  find: ({ from, name }, c) =>
    findMade(c, async () => isDeepStrictEqual(await healthCheckOf(c, from), await healthCheckOf(c, name))),
})

/**
 * Gives a copy every attribute of its original: draining, cross-zone, idle timeout, access log and what AWS has added
 * since (`ModifyLoadBalancerAttributes`). Undone with the copy.
 */
export const modifyAttributes = defineCopyPart({
  name: 'aws-elb/modify-attributes',
  version: 1,
  input: Input,
  output: z.null(),
  copyOf: classicRef,
  calls: [
    'elasticloadbalancing:ModifyLoadBalancerAttributes',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
  ],
  title: ({ from }) => `copy the attributes of ${from}`,
  run: async ({ from, name }, c) => {
    const LoadBalancerAttributes = attributesCopy(await readAttributes(c, from))
    const input = { LoadBalancerName: name, LoadBalancerAttributes }
    await elbApi(c, 'ModifyLoadBalancerAttributes', input, z.unknown())
    return null
  },
  find: ({ from, name }, c) =>
    findMade(c, async () => isDeepStrictEqual(await readAttributes(c, from), await readAttributes(c, name))),
})

async function healthCheckOf(c: StepContext, name: string): Promise<HealthCheck> {
  const { HealthCheck } = await readDescription(c, name)
  if (HealthCheck) return copyOf(HealthCheck, healthCheckFates)
  throw new ViridianError('E_AWS_ANSWER', `AWS describes ${name} without a health check`, {
    hint: 'every classic load balancer has one: check AWS_ENDPOINT_URL, and proxies on the way',
    place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
  })
}

function attributesCopy(attributes: LoadBalancerAttributes): LoadBalancerAttributes {
  const copied = copyOf(attributes, attributesFates)
  const { CrossZoneLoadBalancing, AccessLog, ConnectionDraining, ConnectionSettings } = copied
  return {
    CrossZoneLoadBalancing: CrossZoneLoadBalancing && copyOf(CrossZoneLoadBalancing, crossZoneFates),
    AccessLog: AccessLog && copyOf(AccessLog, accessLogFates),
    ConnectionDraining: ConnectionDraining && copyOf(ConnectionDraining, drainingFates),
    ConnectionSettings: ConnectionSettings && copyOf(ConnectionSettings, connectionFates),
    AdditionalAttributes: copied.AdditionalAttributes?.map((each) => copyOf(each, additionalAttributeFates)),
  }
}
