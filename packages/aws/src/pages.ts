/**
 * Reads all pages of a list. A page may be short, or empty, and another one follows all the same.
 *
 * @param read reads the page that a token stands for; undefined stands for the first
 *
 * @example
 * ```ts
 * const Groups = z.object({
 *   AutoScalingGroups: z.array(z.object({ AutoScalingGroupName: z.string() })),
 *   NextToken: z.string().optional(),
 * })
 * const groups = await allPages(async (NextToken) => {
 *   const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', { NextToken }, Groups)
 *   return { items: page.AutoScalingGroups, next: page.NextToken }
 * })
 * ```
 */
export async function allPages<Item>(
  read: (
    token: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = []
  let token: string | undefined
  do {
    const { items, next } = await read(token)
    all.push(...items)
    token = next || undefined
  } while (token !== undefined)
  return all
}
