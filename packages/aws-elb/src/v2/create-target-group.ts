import type { CreateTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { copyOf, elbV2Api, isBalancerGone, TargetGroup, tagsOf } from '@viridian/aws'
import { placeholderText, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineBalancerCopy } from '../balancer-copy.ts'
import { targetGroupFates } from './fates.ts'
import { readTargetGroup } from './settings.ts'

const Made = z.object({ TargetGroups: z.tuple([z.object({ TargetGroupArn: z.string() })]) })

/**
 * Makes a target group with the protocol, port, health check and tags of another, under a name of its own
 * (`CreateTargetGroup`). It has no targets, and no load balancer uses it yet.
 */
export const createTargetGroup = defineBalancerCopy({
  name: 'aws-elb/create-target-group',
  version: 1,
  schema: TargetGroup,
  calls: ['elasticloadbalancing:CreateTargetGroup', 'elasticloadbalancing:DescribeTargetGroups'],
  placeholder: (original) => ({
    ...original,
    name: placeholderText(`copy of ${original.name}`),
    arn: placeholderText(`ARN of ${original.name}'s copy`),
    balancers: [],
  }),
  named: async (c, name, original) => {
    try {
      return made(original, name, await elbV2Api(c, 'DescribeTargetGroups', { Names: [name] }, Made))
    } catch (error) {
      if (isBalancerGone(error)) return undefined
      throw error
    }
  },
  create: async (c, original, { name, tags }) => {
    const input = { ...(await copyInput(c, original)), Name: name, Tags: tagsOf(c, tags) }
    return made(original, name, await elbV2Api(c, 'CreateTargetGroup', input, Made))
  },
})

const made = (
  original: TargetGroup,
  name: string,
  { TargetGroups: [{ TargetGroupArn: arn }] }: z.infer<typeof Made>,
): TargetGroup => ({ ...original, name, arn, balancers: [] })

const copyInput = async (
  c: StepContext,
  { arn }: TargetGroup,
): Promise<Omit<CreateTargetGroupInput, 'Name' | 'Tags'>> =>
  copyOf(await readTargetGroup(c, arn), targetGroupFates)
