import { autoScalingApi, findMade } from '@viridian/aws'
import { type ChangeContext, defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from '../group.ts'
import { type Retirement, retirementOf, retirementTags } from './retired-tags.ts'

const Input = z.strictObject({
  group: z.string(),
  successor: z.string(),
  record: z.string().exactOptional(),
  since: z.string(),
})

/**
 * Says in a group's tags that another one has taken its place (`CreateOrUpdateTags`): what is left for a clean-up to
 * find. Cannot be undone: it belongs behind the commit.
 */
export const markRetired = defineChange({
  name: 'aws-autoscaling/mark-retired',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.null(),
  calls: ['autoscaling:CreateOrUpdateTags', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, successor }) => `mark ${group} as retired for ${successor}`,
  before: async () => null,
  run: async (input, c) => {
    const Tags = retirementTags(retirementIn(input, c)).map((tag) => ({
      ...tag,
      ResourceId: input.group,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: false,
    }))
    await autoScalingApi(c, 'CreateOrUpdateTags', { Tags }, z.unknown())
    return null
  },
  find: ({ group }, c) =>
    findMade(c, async () => retirementOf((await readGroup(c, group)).Tags)?.run === c.run.id),
  undo: async ({ group }) => ({ leftAlone: `group ${group}: it is retired` }),
  touches: ({ group }) => [`group/${group}`],
  // At zero it is held still for good: nothing of that is to be given back.
  ends: ({ group }) => [`group/${group}`],
})

const retirementIn = (
  { successor, record, since }: z.infer<typeof Input>,
  { run }: ChangeContext<null>,
): Retirement => ({ run: run.id, successor, ...(record !== undefined && { record }), since })
