import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the disks of a cloud's directory are. */
export const diskKinds = ['machines', 'images'] as const

/** The disks of one kind, by the ids of what they belong to. What is not named as ours are is somebody else's. */
export async function disksIn(directory: string, kind: (typeof diskKinds)[number]): Promise<string[]> {
  const names = (await orVanished(readdir(join(directory, kind)))) ?? []
  return names.filter((name) => /^(i|ami)-[0-9a-f]+(\.partial)?$/.test(name))
}

/**
 * Copies a disk as a snapshot of a running machine does: modes, times and links are kept, blocks are shared where the
 * file system can, and what disappears meanwhile is left out. (`fs.cp` fails on vanished files and on sockets.)
 *
 * Absolute links into the copied disk point into the copy afterwards: on a real machine the path is the same on both.
 *
 * @param destination where the copy will lie in the end, when that is not `to`.
 */
export async function copyDisk(from: string, to: string, destination = to): Promise<void> {
  await copyEntry(from, to, { from, to: destination })
}

interface Roots {
  readonly from: string
  readonly to: string
}

async function copyEntry(from: string, to: string, roots: Roots): Promise<void> {
  const stats = await orVanished(lstat(from))
  if (!stats) return
  if (stats.isSymbolicLink()) {
    const target = await orVanished(readlink(from))
    if (target !== undefined) await symlink(rebased(target, roots), to)
  } else if (stats.isDirectory()) {
    await mkdir(to, { recursive: true })
    for (const name of (await orVanished(readdir(from))) ?? []) {
      await copyEntry(join(from, name), join(to, name), roots)
    }
    await chmod(to, stats.mode & 0o7777)
    await utimes(to, stats.atime, stats.mtime)
  } else if (stats.isFile()) {
    if ((await orVanished(copyFile(from, to, constants.COPYFILE_FICLONE).then(() => true))) === undefined)
      return
    await chmod(to, stats.mode & 0o7777)
    await utimes(to, stats.atime, stats.mtime)
  }
}

function rebased(target: string, { from, to }: Roots): string {
  return target === from || target.startsWith(`${from}/`) ? to + target.slice(from.length) : target
}

async function orVanished<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
