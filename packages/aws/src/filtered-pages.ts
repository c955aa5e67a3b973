import { allPages } from './pages.ts'

/** A filter of EC2's describes: one of its values has to match. */
export interface Ec2Filter {
  /** What EC2 filters by: `instance-id`, `tag:Name`. */
  readonly Name: string
  /** What it may be. Without any, nothing passes. */
  readonly Values: readonly string[]
}

const valuesInAFilter = 200

/**
 * Reads what passes a filter, from every page, with no more values in a call than EC2 takes; nothing for a filter without
 * values. Unlike ids, a filter does not fail for what is not shown yet.
 *
 * @example
 * ```ts
 * const Described = z.object({ Reservations: z.array(z.object({ ReservationId: z.string() })), NextToken: z.string().optional() })
 * const found = await filteredPages({ Name: 'instance-id', Values: ids }, async (Filters, NextToken) => {
 *   const page = await ec2Api(c, 'DescribeInstances', { Filters, NextToken }, Described)
 *   return { items: page.Reservations, next: page.NextToken }
 * })
 * ```
 */
export async function filteredPages<Item>(
  { Name, Values }: Ec2Filter,
  read: (
    Filters: { Name: string; Values: string[] }[],
    token: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<Item[]> {
  const found: Item[] = []
  for (let start = 0; start < Values.length; start += valuesInAFilter) {
    const Filters = [{ Name, Values: Values.slice(start, start + valuesInAFilter) }]
    found.push(...(await allPages((token) => read(Filters, token))))
  }
  return found
}
