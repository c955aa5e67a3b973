import { createHash } from 'node:crypto'
import { type LaunchSource, sourceThing } from '@viridian/aws'
import { z } from '@viridian/core/zod'

const PinText = z.object({
  run: z.string(),
  /** Who began the run, and where. */
  by: z.string().exactOptional(),
  max: z.int(),
  processes: z.array(z.string()),
  /** The mark of what the group launched from, and may go back to: a tag has no room for its name. */
  source: z.string().exactOptional(),
})

/** What the tag `viridian:pin` of a group says: which run holds it, and what to give back. */
export type PinText = z.infer<typeof PinText>

export const pinText = ({ run, by, max, processes, source }: PinText): string =>
  JSON.stringify({
    run,
    ...(by !== undefined && { by }),
    max,
    processes,
    ...(source !== undefined && { source }),
  })

export const sourceMark = (source: LaunchSource): string =>
  createHash('sha256').update(sourceThing(source)).digest('hex').slice(0, 12)

/** Nothing, when somebody has written something else there. */
export function parsePin(tag: string): PinText | undefined {
  try {
    return PinText.safeParse(JSON.parse(tag)).data
  } catch {
    return undefined
  }
}

/** Who holds a group, for people. */
export function holderOf(tag: string): string {
  const pin = parsePin(tag)
  if (!pin) return `somebody (${tag})`
  return `run ${pin.run}${pin.by === undefined ? '' : ` of ${pin.by}`}`
}
