/**
 * What all pages of an answer hold. A page may be short, or empty, and yet another one follows.
 *
 * @param read reads the page that a token names; none names the first
 */
export async function allPages<Item>(
  read: (token: string | undefined) => Promise<{
    readonly items: readonly Item[]
    readonly next: string | undefined
  }>,
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
