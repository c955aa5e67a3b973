import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where compiled task files are kept, and what V8 has made of the command itself: code that is run again, which nobody but
 * the user may write or read. False where there can be none: all is compiled each time.
 */
export function cacheDirectory(): string | false {
  try {
    const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'viridian')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(directory)
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
    return isOurs && directory
  } catch {
    return false
  }
}
