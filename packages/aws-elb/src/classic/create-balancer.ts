import type { CreateAccessPointInput } from '@aws-sdk/client-elastic-load-balancing'
import { ClassicLoadBalancer, copyOf, elbApi, isBalancerGone, tagsOf } from '@viridian/aws'
import { placeholderText, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineBalancerCopy } from '../balancer-copy.ts'
import { descriptionFates, listenerFates } from './fates.ts'
import { readDescription } from './settings.ts'

const Made = z.object({ DNSName: z.string() })

/**
 * Makes a classic load balancer with the listeners, certificates, place, security groups, scheme and tags of another, under a
 * name of its own (`CreateLoadBalancer`).
 */
export const createBalancer = defineBalancerCopy({
  name: 'aws-elb/create-balancer',
  version: 3,
  schema: ClassicLoadBalancer,
  calls: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:DescribeLoadBalancers'],
  placeholder: (original) => ({
    ...original,
    name: placeholderText(`copy of ${original.name}`),
    dnsName: placeholderText(`address of ${original.name}'s copy`),
  }),
  named: async (c, name, original) => {
    try {
      const { DNSName: dnsName = '' } = await readDescription(c, name)
      return { ...original, name, dnsName }
    } catch (error) {
      if (isBalancerGone(error)) return undefined
      throw error
    }
  },
  create: async (c, original, { name, tags }) => {
    const input = { ...(await copyInput(c, original, name)), Tags: tagsOf(c, tags) }
    const { DNSName: dnsName } = await elbApi(c, 'CreateLoadBalancer', input, Made)
    return { ...original, name, dnsName }
  },
})

async function copyInput(
  c: StepContext,
  { name: from }: ClassicLoadBalancer,
  LoadBalancerName: string,
): Promise<CreateAccessPointInput> {
  const { ListenerDescriptions, Subnets, AvailabilityZones, SecurityGroups, Scheme } = copyOf(
    await readDescription(c, from),
    descriptionFates,
  )
  return {
    LoadBalancerName,
    Listeners: (ListenerDescriptions ?? [])
      .flatMap(({ Listener }) => Listener ?? [])
      .map((each) => copyOf(each, listenerFates)),
    // AWS describes both, and takes one of them.
    ...(Subnets ? { Subnets } : { AvailabilityZones }),
    SecurityGroups,
    Scheme,
  }
}
