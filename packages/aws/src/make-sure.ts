/**
 * Makes a change that an attempt whose answer was lost may have made already: AWS then refuses the next attempt. A
 * failure counts only when `isMade` sees that it was not made.
 *
 * @example
 * ```ts
 * await makeSure(() => detach(ids), async () => (await membersAmong(ids)).length === 0)
 * ```
 */
export async function makeSure(
  change: () => Promise<unknown>,
  isMade: () => Promise<boolean>,
): Promise<void> {
  try {
    await change()
  } catch (error) {
    if (!(await isMade())) throw error
  }
}
