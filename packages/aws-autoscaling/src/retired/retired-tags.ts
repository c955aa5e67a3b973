import { retiredTag } from '@viridian/aws'
import { z } from '@viridian/core/zod'

// Names of their own: together with the run they may be longer than the 256 characters that a tag's value has.
const successorTag = `${retiredTag}-for`
const recordTag = `${retiredTag}-record`

/** What a group's tags say of its retirement. */
export const Retirement = z.strictObject({
  run: z.string(),
  /** The group that has taken its place. */
  successor: z.string(),
  /** The name that leads to the successor now, if one does. */
  record: z.string().exactOptional(),
  /** Since when the successor serves, ISO 8601. */
  since: z.string(),
})

export type Retirement = z.infer<typeof Retirement>

const Stamp = z.object({ run: z.string(), since: z.string() })

interface Tag {
  readonly Key: string
  readonly Value: string
}

/** The tags that say it. */
export const retirementTags = ({ run, successor, record, since }: Retirement): Tag[] => [
  { Key: retiredTag, Value: JSON.stringify({ run, since }) },
  { Key: successorTag, Value: successor },
  ...(record === undefined ? [] : [{ Key: recordTag, Value: record }]),
]

/** What a group's tags say; nothing of a group that is not retired, or that somebody else has tagged so. */
export function retirementOf(tags: readonly Tag[]): Retirement | undefined {
  const textOf = (key: string): string | undefined => tags.find(({ Key }) => Key === key)?.Value
  const [stamp, successor, record] = [retiredTag, successorTag, recordTag].map(textOf)
  const told = stamp === undefined ? undefined : stampOf(stamp)
  if (!told || successor === undefined) return undefined
  return { ...told, successor, ...(record !== undefined && { record }) }
}

function stampOf(text: string): z.infer<typeof Stamp> | undefined {
  try {
    return Stamp.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
