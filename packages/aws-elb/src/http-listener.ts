import { type ClassicLoadBalancer, classicOnly, LoadBalancer } from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readDescription } from './balancer-settings.ts'

/** Where a load balancer is asked by HTTP. */
export interface HttpListener {
  readonly port: number
  /** As its protocol says. */
  readonly isSecure: boolean
}

/**
 * The listener of a load balancer that is asked by HTTP: the one at the port, or else the first that says HTTP or HTTPS.
 *
 * @throws ViridianError `E_SMOKE_PORT` with the listeners that there are
 */
export async function httpListener(
  c: StepContext,
  { name }: ClassicLoadBalancer,
  port?: number,
): Promise<HttpListener> {
  const { ListenerDescriptions = [] } = await readDescription(c, name)
  const listeners = ListenerDescriptions.map(({ Listener }) => ({
    port: Listener?.LoadBalancerPort ?? 0,
    protocol: Listener?.Protocol?.toUpperCase() ?? '',
  }))
  const found = listeners.find((each) =>
    port === undefined ? /^HTTPS?$/.test(each.protocol) : each.port === port,
  )
  if (found) return { port: found.port, isSecure: /^(HTTPS|SSL)$/.test(found.protocol) }
  const known = listeners.map((each) => `${each.protocol} at ${each.port}`).join(', ') || 'none'
  const missing = port === undefined ? 'no listener for HTTP or HTTPS' : `no listener at port ${port}`
  throw new ViridianError('E_SMOKE_PORT', `${name} has ${missing}; it has ${known}`, {
    hint: 'name the port that speaks HTTP: --port 8080, or { port: 8080 } for askable and smoke',
    place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
  })
}

/** Reads whether each load balancer has a listener that can be asked by HTTP (`DescribeLoadBalancers`). */
export const readAskable = defineRead({
  name: 'aws-elb/read-askable',
  version: 2,
  input: z.strictObject({ balancers: z.array(LoadBalancer), port: z.int().optional() }),
  output: z.null(),
  calls: ['elasticloadbalancing:DescribeLoadBalancers'],
  title: ({ balancers }) =>
    `see that ${balancers.map((balancer) => classicOnly(balancer).name).join(', ')} can be asked by HTTP`,
  run: async ({ balancers, port }, c) => {
    for (const balancer of balancers) await httpListener(c, classicOnly(balancer), port)
    return null
  },
})
