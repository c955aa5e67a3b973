import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../../aws/src/testing/answering.ts'
import { testContext } from '../../../aws/src/testing/step-context.ts'
import { frontArn, members } from '../../../aws/src/testing/target-groups.ts'
import { createLoadBalancer } from './create-load-balancer.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test('a copy has addresses of the kinds, and from the pools, that its original has them from', async () => {
  const made = '<LoadBalancerArn>arn</LoadBalancerArn><DNSName>name</DNSName>'
  const kinds = [
    ...['<Type>network</Type>', '<Scheme>internal</Scheme>', '<IpAddressType>dualstack</IpAddressType>'],
    ...['<CustomerOwnedIpv4Pool>ipv4pool-coip-1</CustomerOwnedIpv4Pool>'],
    ...['<EnablePrefixForIpv6SourceNat>on</EnablePrefixForIpv6SourceNat>'],
    ...['<IpamPools><Ipv4IpamPoolId>ipam-pool-1</Ipv4IpamPoolId></IpamPools>'],
    `<AvailabilityZones>${members('<SubnetId>subnet-1</SubnetId>', '<SubnetId>subnet-2</SubnetId>')}</AvailabilityZones>`,
  ]
  const token = '20261123-154233-k3f9-dddddddddddd'
  const own = `<Tags>${members(`<Key>viridian:step</Key><Value>${token}</Value>`)}</Tags>`
  const server = await answeringQueries({
    DescribeLoadBalancers: `<LoadBalancers>${members(`${made}${kinds.join('')}`)}</LoadBalancers>`,
    DescribeTags: `<TagDescriptions>${members(`<ResourceArn>arn</ResourceArn>${own}`)}</TagDescriptions>`,
    CreateLoadBalancer: `<LoadBalancers>${members(made)}</LoadBalancers>`,
  })
  const c = { ...testContext({ env: server.env }), before: null, token }
  closing.push(c.close, server.close)
  const named = { name: 'stream', dnsName: 'stream.elb.amazonaws.com', zoneId: 'Z1' }
  await createLoadBalancer.run({ balancer: { kind: 'network', arn: frontArn, ...named } }, c)
  const asked = server.asked.find((query) => query.get('Action') === 'CreateLoadBalancer')
  expect(Object.fromEntries(asked ?? [])).toMatchObject({
    Type: 'network',
    Scheme: 'internal',
    IpAddressType: 'dualstack',
    CustomerOwnedIpv4Pool: 'ipv4pool-coip-1',
    EnablePrefixForIpv6SourceNat: 'on',
    'IpamPools.Ipv4IpamPoolId': 'ipam-pool-1',
    'Subnets.member.1': 'subnet-1',
    'Subnets.member.2': 'subnet-2',
  })
})
