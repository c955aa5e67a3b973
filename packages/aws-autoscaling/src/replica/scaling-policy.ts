import { autoScalingApi, lookFor, makeSure } from '@viridian/aws'
import { defineChange, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'
import { readPolicies } from './original.ts'
import { policyRequest, refuseUnmatched } from './policy-request.ts'

const Made = z.strictObject({ arn: z.string() })
const Put = z.object({ PolicyARN: z.string() })

/**
 * Copies a scaling policy from one group to another, every field, its metrics' dimensions naming the other group and its
 * balancers (`PutScalingPolicy`). Undone by deleting it.
 */
export const putPolicy = defineChange({
  name: 'aws-autoscaling/put-policy',
  version: 1,
  input: z.strictObject({
    group: z.string(),
    from: z.string(),
    policy: z.string(),
    /** As for creating the group. */
    balancers: z.record(z.string(), z.string()),
  }),
  beforeSchema: z.null(),
  output: Made,
  calls: [
    'autoscaling:PutScalingPolicy',
    'autoscaling:DeletePolicy',
    'autoscaling:DescribePolicies',
    'autoscaling:DescribeAutoScalingGroups',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:DeleteAlarms',
  ],
  title: ({ group, policy }) => `give ${group} scaling policy ${policy}`,
  before: async () => null,
  run: async ({ group, from, policy: name, balancers }, c) => {
    const policy = (await readPolicies(c, from)).find(({ PolicyName }) => PolicyName === name)
    if (!policy)
      throw new ViridianError('E_GROUP_CHANGED', `${from} has no scaling policy ${name} any more`, {
        hint: 'somebody has deleted it meanwhile: run the task again',
      })
    refuseUnmatched(policy, Object.keys(balancers))
    const request = policyRequest(policy, group, { groups: { [from]: group }, balancers })
    return { arn: (await autoScalingApi(c, 'PutScalingPolicy', request, Put)).PolicyARN }
  },
  find: async ({ group, policy }, c) => {
    const arn = await lookFor(c, () => arnOf(c, group, policy))
    return arn === undefined ? { status: 'absent' } : { status: 'done', output: { arn } }
  },
  undo: async ({ group, policy }, { output: { arn }, ...c }) => {
    if ((await lookFor(c, () => arnOf(c, group, policy))) !== arn) return undefined
    const input = { AutoScalingGroupName: group, PolicyName: policy }
    const isGone = async (): Promise<boolean> => (await arnOf(c, group, policy)) === undefined
    await makeSure(c, () => autoScalingApi(c, 'DeletePolicy', input, z.unknown()), isGone)
    return undefined
  },
  touches: ({ group }, { arn }) => [`group/${group}`, `policy/${arn}`],
  makes: (_input, { arn }) => [`policy/${arn}`],
  leaves: ({ group, policy }) => [`scaling policy ${policy} of group ${group}`],
})

/** The policy of this name in that group, if both are there. */
async function arnOf(c: StepContext, group: string, policy: string): Promise<string | undefined> {
  if (!(await findGroup(c, group))) return undefined
  return (await readPolicies(c, group)).find(({ PolicyName }) => PolicyName === policy)?.PolicyARN
}
