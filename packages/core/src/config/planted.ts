import { lstatSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { ViridianError } from '../error.ts'

/**
 * Refuses what somebody else has put where everybody may put something: such as a task file in `/tmp`, which a command
 * given in a directory below would find, and run.
 *
 * @throws ViridianError `E_NOT_OURS`
 */
export function refusePlanted(path: string, hint: string): void {
  if (!isPlanted(path)) return
  const what = `${basename(path)} is another user's, in a directory that everybody may write to`
  throw new ViridianError('E_NOT_OURS', what, { place: { file: path }, hint })
}

function isPlanted(path: string): boolean {
  const self = process.getuid?.()
  // Of a link it counts who has made it.
  const owner = lstatSync(path, { throwIfNoEntry: false })?.uid
  if (self === undefined || owner === undefined || owner === self || owner === 0) return false
  return (statSync(dirname(path)).mode & 0o002) !== 0
}
