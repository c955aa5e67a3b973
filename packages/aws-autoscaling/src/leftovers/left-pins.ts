import { pinTag, ReplacementSettings, retiredTag, roomTag } from '@viridian/aws'
import { defineRead, type LeftoverKind } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Group, isAside } from '../group.ts'
import { untagGroup } from '../group-tag.ts'
import { unpin } from '../pin.ts'
import { holderOf, parsePin, replacementIn } from '../pin-tag.ts'
import { replacementText, replacesNone } from '../replacement.ts'
import { roomTagOf } from '../room.ts'
import { taggedGroups } from './all-groups.ts'

const Pinned = z.strictObject({
  group: z.string(),
  /** The value of the tag. */
  tag: z.string(),
  run: z.string(),
  /** Those that the pin has suspended, and that still are. */
  processes: z.array(z.string()),
  max: z.strictObject({ from: z.int(), to: z.int() }),
  /** What the pin has turned off. */
  replacement: ReplacementSettings.exactOptional(),
  /** Those of its members that are in standby. */
  aside: z.array(z.string()),
  /** The value of the tag `viridian:room`, which the run's way back has left. */
  room: z.string().exactOptional(),
  /** Why giving it back would decide what a person has to. */
  undecided: z.string().exactOptional(),
})
type Pinned = z.infer<typeof Pinned>

/** Finds the groups that a run holds still, and what would be given back to each. */
export const findPinned = defineRead({
  name: 'aws-autoscaling/find-pinned',
  version: 3,
  input: z.strictObject({}),
  output: z.array(Pinned),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: () => 'find the groups that runs hold',
  run: async (_input, c) => (await taggedGroups(c, pinTag)).map(pinnedOf),
})

/** The pins of runs that are gone: processes suspended, a max raised. */
export const leftPins: LeftoverKind = {
  kind: 'pin',
  find: async (t) =>
    (await t.step(findPinned, {})).map((pinned) => {
      const { group, tag, run, processes, max, replacement, room, undecided } = pinned
      return {
        thing: `pin/${group}`,
        title: titleOf(pinned),
        run,
        holds: true,
        ...(undecided !== undefined && { undecided }),
        remove: async (t) => {
          await unpin(t, { group, tag, processes, max, ...(replacement && { replacement }) })
          // The max that it tells of is given back with the pin.
          if (room !== undefined) await t.step(untagGroup, { group, key: roomTag, value: room })
        },
      }
    }),
}

function titleOf({ group, tag, processes, max, replacement, aside }: Pinned): string {
  const changes = [
    ...(processes.length > 0 ? [`${processes.join(', ')} suspended`] : []),
    ...(replacement ? [`${replacementText(replacement, replacesNone)} turned off`] : []),
    ...(max.to === max.from ? [] : [`max ${max.to} in place of ${max.from}`]),
    ...(aside.length > 0 ? [`${aside.join(', ')} in standby`] : []),
  ]
  return [`pin of ${holderOf(tag)} on group ${group}`, ...changes].join('; ')
}

function pinnedOf({ AutoScalingGroupName: group, Tags, ...state }: Group): Pinned {
  const tag = Tags.find(({ Key }) => Key === pinTag)?.Value ?? ''
  const pin = parsePin(tag)
  const { MaxSize: to } = state
  const aside = state.Instances.filter(isAside).map(({ InstanceId }) => InstanceId)
  if (!pin) {
    const undecided = `its tag ${pinTag} says what no run has written: look who has, and take it away`
    return { group, tag, run: '', processes: [], max: { from: to, to }, aside, undecided }
  }
  const isRetired = Tags.some(({ Key }) => Key === retiredTag)
  const suspended = state.SuspendedProcesses.map(({ ProcessName }) => ProcessName)
  // One that is retired is not to wake up again.
  const processes = isRetired ? [] : pin.processes.filter((process) => suspended.includes(process))
  const replacement = isRetired ? undefined : replacementIn(pin)
  const room = roomTagOf(pin.run, Tags)
  const undecided = isRetired ? undefined : whyUndecided(state, aside, pin.max)
  return {
    group,
    tag,
    run: pin.run,
    processes,
    max: { from: isRetired ? to : pin.max, to },
    ...(replacement && { replacement }),
    aside,
    ...(room !== undefined && { room }),
    ...(undecided !== undefined && { undecided }),
  }
}

/** In the middle of a deployment, old and new instances are members alike: which of them are to serve, no tag says. */
function whyUndecided(
  { DesiredCapacity }: Pick<Group, 'DesiredCapacity'>,
  aside: readonly string[],
  max: number,
): string | undefined {
  if (aside.length > 0)
    return `${aside.join(', ')} ${aside.length === 1 ? 'is' : 'are'} in standby: take back what is to serve (aws autoscaling exit-standby), terminate the rest, and give the command again`
  if (DesiredCapacity > max)
    return `it wants ${DesiredCapacity}, and its max was ${max}: detach or terminate what is not to serve, and give the command again`
  return undefined
}
