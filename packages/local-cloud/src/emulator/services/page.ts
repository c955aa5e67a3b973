/** One page of a list, and the token of the next one when there is more. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}

/**
 * Cuts a page out of a list. The token is opaque to clients; it is where the next page begins.
 *
 * @param invalid Makes the refusal of a token that was never handed out.
 */
export function pageOf<Item>(
  all: readonly Item[],
  size: number,
  token: string | undefined,
  invalid: () => Error,
): Page<Item> {
  const start = token === undefined || token === '' ? 0 : startOf(token, invalid)
  const end = start + size
  const items = all.slice(start, end)
  return end < all.length ? { items, next: tokenFor(end) } : { items }
}

function tokenFor(start: number): string {
  return Buffer.from(`page:${start}`).toString('base64url')
}

function startOf(token: string, invalid: () => Error): number {
  const match = /^page:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())
  if (match === null) throw invalid()
  return Number(match[1])
}
