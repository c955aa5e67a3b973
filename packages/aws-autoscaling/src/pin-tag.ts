import { createHash } from 'node:crypto'
import { type LaunchSource, type ReplacementSettings, sourceThing } from '@viridian/aws'
import { z } from '@viridian/core/zod'

const PinText = z.object({
  run: z.string(),
  /** Who began the run, and where. */
  by: z.string().exactOptional(),
  max: z.int(),
  processes: z.array(z.string()),
  /** Capacity rebalancing was on. */
  rebalance: z.literal(true).exactOptional(),
  /** The maximum instance lifetime that there was, in seconds. */
  lifetime: z.int().exactOptional(),
  /** The mark of what the group launched from, and may go back to: a tag has no room for its name. */
  source: z.string().exactOptional(),
})

/** What the tag `viridian:pin` of a group says: which run holds it, and what to give back. */
export type PinText = z.infer<typeof PinText>

/** As many characters as AWS takes in the value of a tag. */
const tagLimit = 256

/** What a tag says; of who began the run, as much as there is room for. */
export function pinText({ run, by = '', max, processes, rebalance, lifetime, source }: PinText): string {
  const textBy = (by: string): string =>
    JSON.stringify({
      run,
      ...(by !== '' && { by }),
      max,
      processes,
      ...(rebalance && { rebalance }),
      ...(lifetime !== undefined && { lifetime }),
      ...(source !== undefined && { source }),
    })
  const excess = textBy(by).length - tagLimit
  return textBy(excess > 0 ? by.slice(0, -excess) : by)
}

/** What a pin has turned off of what its group replaced instances by; absent where there was nothing. */
export function replacementIn({ rebalance, lifetime }: PinText): ReplacementSettings | undefined {
  if (!rebalance && lifetime === undefined) return undefined
  return { capacityRebalance: rebalance ?? false, maxInstanceLifetime: lifetime ?? 0 }
}

/** What a tag says of it. */
export const replacementMark = (
  replacement: ReplacementSettings | undefined,
): Pick<PinText, 'rebalance' | 'lifetime'> => ({
  ...(replacement?.capacityRebalance && { rebalance: true }),
  ...(replacement?.maxInstanceLifetime && { lifetime: replacement.maxInstanceLifetime }),
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
