import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../../aws/src/testing/answering.ts'
import { testContext } from '../../../aws/src/testing/step-context.ts'
import { frontArn, members } from '../../../aws/src/testing/target-groups.ts'
import { seeActive } from './active.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test.each([
  ['<Reason>the subnets have no free address</Reason>', 'the subnets have no free address'],
  ['', 'AWS gives no reason'],
])("a load balancer that cannot be set up is told in AWS's words, at once: %s", async (reason, said) => {
  const server = await answeringQueries({
    DescribeLoadBalancers: `<LoadBalancers>${members(`<State><Code>failed</Code>${reason}</State>`)}</LoadBalancers>`,
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  const balancer = { kind: 'application', arn: frontArn, name: 'web--1' } as const
  await expect(seeActive.run({ balancer }, c)).rejects.toMatchObject({
    code: 'E_BALANCER_FAILED',
    message: `load balancer web--1 could not be set up: ${said}`,
    place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
  })
})
