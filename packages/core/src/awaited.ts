const open = new Set<{ readonly what: string }>()

/** Does work that has a name, for whoever has to tell in the midst of what nothing went on any more. */
export async function awaited<Value>(what: string, work: () => Value | Promise<Value>): Promise<Value> {
  const begun = { what }
  open.add(begun)
  try {
    return await work()
  } finally {
    open.delete(begun)
  }
}

/** What was begun last of all that has not ended yet. */
export const lastAwaited = (): string => [...open].at(-1)?.what ?? 'the command'
