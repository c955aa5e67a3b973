import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ownNames } from './names.ts'
import { removeTree } from './remove-tree.ts'

const day = 86_400_000
const ours = new RegExp(`^(${ownNames.source})(?:\\.old)?$`)

/** The old directory that has gone out of the way of the one that this is the temporary name of. */
export const oldOf = (part: string): string => `${part}.old`

/**
 * Removes, from a local directory, what others have left there that were killed: ours by its name, and a day old, as no
 * transfer becomes. A directory that was moved away and has none in its place yet stays, and so does the one for it.
 */
export async function removeLocalLeftovers(directory: string): Promise<void> {
  // What may not be listed or removed is in nobody's way.
  const names = new Set(await readdir(directory).catch(() => []))
  for (const name of names) {
    const [, part] = ours.exec(name) ?? []
    if (part === undefined || (names.has(part) && names.has(oldOf(part)))) continue
    const file = join(directory, name)
    const found = await lstat(file).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > day) await removeTree(file).catch(() => undefined)
  }
}
