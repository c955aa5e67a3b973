import { type Front, frontsOf, LoadBalancer } from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readDescription } from './classic/settings.ts'
import { usedFronts } from './used-fronts.ts'
import { readListeners } from './v2/settings.ts'

/** Where a load balancer is asked by HTTP. */
export interface HttpListener {
  readonly port: number
  /** As its protocol says. */
  readonly isSecure: boolean
}

interface Listener {
  readonly port: number
  readonly protocol: string
  /** Whether it sends users elsewhere: from HTTP to HTTPS. */
  readonly redirects: boolean
}

/** The calls by which the listeners of load balancers of every kind are read. */
export const listenerCalls = [
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeListeners',
]

/**
 * The listener of a load balancer that is asked by HTTP: the one at the port, or else the first that says HTTP or HTTPS; one
 * that redirects only where there is no other.
 *
 * @throws ViridianError `E_SMOKE_PORT` with the listeners that there are
 */
export async function httpListener(c: StepContext, front: Front, port?: number): Promise<HttpListener> {
  const listeners = await listenersOf(c, front)
  const spoken = listeners.filter(({ protocol }) => /^HTTPS?$/.test(protocol))
  const found =
    port === undefined
      ? (spoken.find(({ redirects }) => !redirects) ?? spoken[0])
      : listeners.find((each) => each.port === port)
  if (found) return { port: found.port, isSecure: /^(HTTPS|SSL|TLS)$/.test(found.protocol) }
  const known = listeners.map((each) => `${each.protocol} at ${each.port}`).join(', ') || 'none'
  const missing = port === undefined ? 'no listener for HTTP or HTTPS' : `no listener at port ${port}`
  throw new ViridianError('E_SMOKE_PORT', `${front.name} has ${missing}; it has ${known}`, {
    hint: 'name the port that speaks HTTP: --port 8080, or { port: 8080 } for askable and smoke',
    place: {
      call: `elasticloadbalancing:Describe${front.kind === 'classic' ? 'LoadBalancers' : 'Listeners'}`,
    },
  })
}

async function listenersOf(c: StepContext, front: Front): Promise<Listener[]> {
  if (front.kind !== 'classic')
    return (await readListeners(c, front.arn)).map(({ Port = 0, Protocol = '', DefaultActions = [] }) => ({
      port: Port,
      protocol: Protocol,
      redirects: DefaultActions.some(({ Type }) => Type === 'redirect'),
    }))
  const { ListenerDescriptions = [] } = await readDescription(c, front.name)
  return ListenerDescriptions.map(({ Listener }) => ({
    port: Listener?.LoadBalancerPort ?? 0,
    protocol: Listener?.Protocol?.toUpperCase() ?? '',
    redirects: false,
  }))
}

/** Reads whether each load balancer has a listener that can be asked by HTTP (`DescribeLoadBalancers`, `DescribeListeners`). */
export const readAskable = defineRead({
  name: 'aws-elb/read-askable',
  version: 3,
  input: z.strictObject({ balancers: z.array(LoadBalancer), port: z.int().optional() }),
  output: z.null(),
  calls: listenerCalls,
  title: ({ balancers }) =>
    `see that ${frontsOf(balancers)
      .map(({ name }) => name)
      .join(', ')} can be asked by HTTP`,
  run: async ({ balancers, port }, c) => {
    for (const front of usedFronts(balancers)) await httpListener(c, front, port)
    return null
  },
})
