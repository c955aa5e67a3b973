import { autoScalingApi, findMade, lookFor } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from './group.ts'
import { unlessDeleted } from './unless-deleted.ts'

const Input = z.strictObject({ group: z.string(), key: z.string(), value: z.string() })
type Input = z.infer<typeof Input>

const calls = [
  'autoscaling:CreateOrUpdateTags',
  'autoscaling:DeleteTags',
  'autoscaling:DescribeAutoScalingGroups',
]
const touches = ({ group }: Input): string[] => [`group/${group}#capacity`]
const tagThing = (group: string, key: string): string => `group/${group}#tag/${key}`

/** Puts a tag on a group, not on its instances (`CreateOrUpdateTags`). Undone by taking it away, if it is still that. */
export const tagGroup = defineChange({
  name: 'aws-autoscaling/tag-group',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.null(),
  calls,
  title: ({ group, key }) => `tag ${group} with ${key}`,
  before: async () => null,
  run: async (input, c) => {
    await setTag(c, input)
    return null
  },
  find: (input, c) => findMade(c, () => isTagged(c, input)),
  undo: (input, c) =>
    unlessDeleted(c, input.group, async () => {
      await removeTag(c, input)
      return undefined
    }),
  touches,
  holds: ({ group, key }) => ({ [tagThing(group, key)]: `group ${group}: tag ${key}` }),
})

/** Takes a tag from a group, if it still has that value (`DeleteTags`). Undone by putting it back. */
export const untagGroup = defineChange({
  name: 'aws-autoscaling/untag-group',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.null(),
  calls,
  title: ({ group, key }) => `take tag ${key} from ${group}`,
  before: async () => null,
  run: async (input, c) => {
    await removeTag(c, input)
    return null
  },
  find: (input, c) => findMade(c, async () => !(await isTagged(c, input))),
  undo: (input, c) =>
    unlessDeleted(c, input.group, async () => {
      await setTag(c, input)
      return undefined
    }),
  touches,
  ends: ({ group, key }) => [tagThing(group, key)],
})

const isTagged = async (c: StepContext, { group, key, value }: Input): Promise<boolean> =>
  (await readGroup(c, group)).Tags.some((tag) => tag.Key === key && tag.Value === value)

const onGroup = ({ group, key }: Pick<Input, 'group' | 'key'>) => ({
  ResourceId: group,
  ResourceType: 'auto-scaling-group',
  Key: key,
})

/** Writes a tag on a group, over what it said. */
export async function setTag(c: StepContext, { value, ...tag }: Input): Promise<void> {
  const Tags = [{ ...onGroup(tag), Value: value, PropagateAtLaunch: false }]
  await autoScalingApi(c, 'CreateOrUpdateTags', { Tags }, z.unknown())
}

/** Takes a tag from a group, whatever it says. */
export async function dropTag(c: StepContext, tag: Pick<Input, 'group' | 'key'>): Promise<void> {
  await autoScalingApi(c, 'DeleteTags', { Tags: [onGroup(tag)] }, z.unknown())
}

async function removeTag(c: StepContext, input: Input): Promise<void> {
  if (await lookFor(c, () => isTagged(c, input))) await dropTag(c, input)
}
