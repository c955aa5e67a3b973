import {
  awsCode,
  balancerTitle,
  describeTargetGroups,
  elbApi,
  elbV2Api,
  type FrontRef,
  isBalancerGone,
  listLoadBalancersV2,
  lookFor,
  poll,
  stepTag,
} from '@viridian/aws'
import type { StepContext, UndoReport } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { inUse } from './balancer-uses.ts'
import { readTags } from './classic/settings.ts'
import type { TargetGroupRef } from './resource-ref.ts'
import { readTagsV2 } from './v2/settings.ts'

interface Tag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** A balancer, or a load balancer of version 2, as something in the account that has tags and can be deleted. */
export interface BalancerResource {
  /** How a person sees whose it is. */
  readonly tagsCommand: string
  /** Undefined when it is gone. */
  tags(c: StepContext): Promise<readonly Tag[] | undefined>
  delete(c: StepContext): Promise<void>
}

/** The calls by which tags of all kinds are read. */
export const tagCalls = ['elasticloadbalancing:DescribeTags']

/** The calls by which balancers of all kinds are deleted, and who keeps one from it is found. */
export const deleteCalls = [
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeLoadBalancers',
]

/** For so long may a target group seem to be used by a load balancer that has been deleted. */
const releasedWithinMs = 120_000

export function resourceOf(ref: FrontRef): BalancerResource {
  if (ref.kind === 'classic') {
    const { name: LoadBalancerName } = ref
    return {
      tagsCommand: `aws elb describe-tags --load-balancer-names ${LoadBalancerName}`,
      tags: (c) => readTags(c, LoadBalancerName),
      delete: async (c) => {
        await elbApi(c, 'DeleteLoadBalancer', { LoadBalancerName }, z.unknown())
      },
    }
  }
  const { arn } = ref
  return {
    tagsCommand: `aws elbv2 describe-tags --resource-arns ${arn}`,
    tags: (c) => readTagsV2(c, arn),
    delete: async (c) => {
      if (ref.kind === 'targetGroup') await deleteReleased(c, ref)
      else await elbV2Api(c, 'DeleteLoadBalancer', { LoadBalancerArn: arn }, z.unknown())
    },
  }
}

/** Whether something carries the tag of this step. */
export const isOwn = (tags: readonly Tag[], { token }: { readonly token: string }): boolean =>
  tags.some(({ Key, Value }) => Key === stepTag && Value === token)

/** The tags as `tagsOf` takes them. */
export const tagRecord = (tags: readonly Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))

/** Deletes what this step has made, as long as it carries its tag. */
export async function deleteOwn(
  c: StepContext & { readonly token: string },
  ref: FrontRef,
): Promise<UndoReport | undefined> {
  const resource = resourceOf(ref)
  const tags = await lookFor(c, () => resource.tags(c))
  if (!tags) return undefined
  if (!isOwn(tags, c)) return { leftAlone: `${balancerTitle(ref)}: it does not carry this step's tag` }
  await resource.delete(c)
  return undefined
}

type NamedGroup = Pick<TargetGroupRef, 'arn' | 'name'>

/**
 * A load balancer that is gone gives its target groups free a while later; one that stays does not.
 *
 * @throws ViridianError `E_BALANCER_IN_USE` when a load balancer that uses it is still there
 */
const deleteReleased = (c: StepContext, { arn, name }: NamedGroup): Promise<void> =>
  poll(c, {
    what: `target group ${name} in no load balancer's use`,
    deadlineMs: releasedWithinMs,
    hint: `see who uses it: aws elbv2 describe-target-groups --target-group-arns ${arn}`,
    look: async () => {
      try {
        await elbV2Api(c, 'DeleteTargetGroup', { TargetGroupArn: arn }, z.unknown())
        return { done: undefined }
      } catch (error) {
        if (awsCode(error) !== 'ResourceInUse') throw error
        await seeUsersGone(c, { arn, name })
        return { waiting: `target group ${name} is still in use` }
      }
    },
  })

async function seeUsersGone(c: StepContext, { arn, name }: NamedGroup): Promise<void> {
  let there: string | undefined
  const gone = await lookFor(c, async () => {
    const [described] = await describeTargetGroups(c, [arn])
    const users = await Promise.all((described?.LoadBalancerArns ?? []).map((user) => nameOf(c, user)))
    there = users.find((user) => user !== undefined)
    return there === undefined
  })
  if (gone) return
  throw inUse(
    `load balancer ${there} sends users to target group ${name}`,
    'it can go once that load balancer is gone (aws elbv2 delete-load-balancer), or forwards elsewhere',
  )
}

/** Undefined for a load balancer that is gone. */
async function nameOf(c: StepContext, arn: string): Promise<string | undefined> {
  try {
    return (await listLoadBalancersV2(c, [arn]))[0]?.name
  } catch (error) {
    if (isBalancerGone(error)) return undefined
    throw error
  }
}
