import { autoScalingApi, roomTag } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Group, readGroup } from './group.ts'
import { dropTag, setTag } from './group-tag.ts'
import { setMax } from './max-size.ts'

/** What the tag `viridian:room` of a group says: whose way back has raised its max, from what to what. */
const Room = z.object({ run: z.string(), from: z.int(), to: z.int() })
type Room = z.infer<typeof Room>

/**
 * Raises the max of a group that is to want so many, where it forbids that: somebody has changed the sizes since. A tag says
 * beforehand what to give back, for {@link giveRoomBack}.
 */
export async function makeRoom(c: StepContext, group: string, capacity: number): Promise<void> {
  const { MaxSize: max, Tags } = await readGroup(c, group)
  if (max >= capacity) return
  const made = roomOf(c, Tags)
  const room: Room = { run: c.run.id, from: made?.to === max ? made.from : max, to: capacity }
  await setTag(c, { group, key: roomTag, value: JSON.stringify(room) })
  await setMax(c, group, capacity)
}

/** Has a group want so many, with room for them. */
export async function setDesired(c: StepContext, group: string, DesiredCapacity: number): Promise<void> {
  await makeRoom(c, group, DesiredCapacity)
  const input = { AutoScalingGroupName: group, DesiredCapacity }
  await autoScalingApi(c, 'SetDesiredCapacity', input, z.unknown())
}

/** Gives back what `makeRoom` has raised, as far as the group does not want it any more; what somebody else has set stays. */
export async function giveRoomBack(c: StepContext, group: string): Promise<void> {
  const { MaxSize: max, Tags } = await readGroup(c, group)
  const room = roomOf(c, Tags)
  if (!room) return
  const tag = { group, key: roomTag }
  const to = max === room.to ? await setMax(c, group, room.from) : room.from
  if (to > room.from) await setTag(c, { ...tag, value: JSON.stringify({ ...room, to }) })
  else await dropTag(c, tag)
}

const roomOf = (c: StepContext, tags: Group['Tags']): Room | undefined => {
  const value = roomTagOf(c.run.id, tags)
  return value === undefined ? undefined : parseRoom(value)
}

/** What the tag says, if a run has written it there. */
export function roomTagOf(run: string, tags: Group['Tags']): string | undefined {
  const value = tags.find(({ Key }) => Key === roomTag)?.Value
  return value !== undefined && parseRoom(value)?.run === run ? value : undefined
}

function parseRoom(value: string): Room | undefined {
  try {
    return Room.parse(JSON.parse(value))
  } catch {
    // Of somebody's who has written there: no run has anything to give back.
    return undefined
  }
}
