import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../../aws/src/testing/answering.ts'
import { testContext } from '../../../aws/src/testing/step-context.ts'
import { frontArn, members } from '../../../aws/src/testing/target-groups.ts'
import { readFrontPlan } from './front-plan.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test.each([
  ['an elastic one', '<IpAddress>192.0.2.7</IpAddress><AllocationId>eipalloc-1</AllocationId>', '192.0.2.7'],
  ['an elastic one that is not shown', '<AllocationId>eipalloc-1</AllocationId>', 'eipalloc-1'],
  ['a private one', '<PrivateIPv4Address>10.0.0.7</PrivateIPv4Address>', '10.0.0.7'],
])(
  'a load balancer with an address that was chosen for it is not copied: %s',
  async (_what, address, said) => {
    const given = '<IpAddress>198.51.100.1</IpAddress>'
    const zone = `<LoadBalancerAddresses>${members(given, address)}</LoadBalancerAddresses>`
    const server = await answeringQueries({
      DescribeLoadBalancers: `<LoadBalancers>${members(`<AvailabilityZones>${members(zone)}</AvailabilityZones>`)}</LoadBalancers>`,
    })
    const c = testContext({ env: server.env })
    closing.push(c.close, server.close)
    const balancer = { kind: 'network', arn: frontArn, name: 'stream' } as const
    await expect(readFrontPlan.run({ balancer, targetGroups: [] }, c)).rejects.toMatchObject({
      code: 'E_BALANCER_UNSUPPORTED',
      message: `load balancer stream has addresses that were chosen for it (${said}), and no other can have them`,
      hint: expect.stringContaining('deploy:bluegreen of the template instance-swap'),
      refused: true,
    })
  },
)
