import type { CreateLoadBalancerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { copyOf, elbV2Api, isBalancerGone, LoadBalancerV2, tagsOf } from '@viridian/aws'
import { placeholderText, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineBalancerCopy } from '../balancer-copy.ts'
import { loadBalancerFates, zoneFates } from './fates.ts'
import { readLoadBalancer } from './settings.ts'

const Made = z.object({
  LoadBalancers: z.tuple([z.object({ LoadBalancerArn: z.string(), DNSName: z.string() })]),
})

/**
 * Makes an Application or Network Load Balancer with the place, security groups, scheme and tags of another, under a name of
 * its own (`CreateLoadBalancer`). Its attributes, its listeners and their rules are other steps.
 */
export const createLoadBalancer = defineBalancerCopy({
  name: 'aws-elb/create-load-balancer',
  version: 1,
  schema: LoadBalancerV2,
  calls: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:DescribeLoadBalancers'],
  placeholder: (original) => ({
    ...original,
    name: placeholderText(`copy of ${original.name}`),
    arn: placeholderText(`ARN of ${original.name}'s copy`),
    dnsName: placeholderText(`address of ${original.name}'s copy`),
  }),
  named: async (c, name, original) => {
    try {
      return made(original, name, await elbV2Api(c, 'DescribeLoadBalancers', { Names: [name] }, Made))
    } catch (error) {
      if (isBalancerGone(error)) return undefined
      throw error
    }
  },
  create: async (c, original, { name, tags }) => {
    const input = { ...(await copyInput(c, original)), Name: name, Tags: tagsOf(c, tags) }
    return made(original, name, await elbV2Api(c, 'CreateLoadBalancer', input, Made))
  },
})

const made = (
  original: LoadBalancerV2,
  name: string,
  { LoadBalancers: [{ LoadBalancerArn: arn, DNSName: dnsName }] }: z.infer<typeof Made>,
): LoadBalancerV2 => ({ ...original, name, arn, dnsName })

async function copyInput(
  c: StepContext,
  { arn }: LoadBalancerV2,
): Promise<Omit<CreateLoadBalancerInput, 'Name' | 'Tags'>> {
  const original = await readLoadBalancer(c, arn)
  const { Type, Scheme, SecurityGroups, IpAddressType, ...others } = copyOf(original, loadBalancerFates)
  const { CustomerOwnedIpv4Pool, EnablePrefixForIpv6SourceNat, IpamPools } = others
  const zones = (original.AvailabilityZones ?? []).map((zone) => copyOf(zone, zoneFates))
  return {
    Type,
    Scheme,
    Subnets: zones.flatMap(({ SubnetId }) => SubnetId ?? []),
    SecurityGroups,
    IpAddressType,
    CustomerOwnedIpv4Pool,
    EnablePrefixForIpv6SourceNat,
    IpamPools,
  }
}
