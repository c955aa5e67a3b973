import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes a local file, or a directory with all in it: also directories that their owner may not write to. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    await unlock(path)
    await rm(path, { recursive: true, force: true })
  }
}

async function unlock(directory: string): Promise<void> {
  await chmod(directory, 0o700)
  const inside = await readdir(directory, { withFileTypes: true })
  for (const each of inside) if (each.isDirectory()) await unlock(join(directory, each.name))
}
