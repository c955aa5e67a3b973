import { z } from '@viridian/core/zod'

const PinText = z.object({
  run: z.string(),
  /** Who began the run, and where. */
  by: z.string().exactOptional(),
  max: z.int(),
  processes: z.array(z.string()),
})

/** What the tag `viridian:pin` of a group says: which run holds it, and what to give back. */
export type PinText = z.infer<typeof PinText>

export const pinText = ({ run, by, max, processes }: PinText): string =>
  JSON.stringify({ run, ...(by !== undefined && { by }), max, processes })

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
