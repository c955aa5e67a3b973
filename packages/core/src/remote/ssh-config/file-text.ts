import type { Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { ViridianError } from '../../error.ts'

/**
 * A file's text; undefined: there is no such file. A checked one must be the user's or root's, and writable by nobody
 * else.
 */
export async function textOf(file: string, isChecked: boolean): Promise<string | undefined> {
  try {
    if (isChecked) refuseForeign(file, await stat(file))
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // OpenSSH finds no line in a directory; globs of Include match them.
    if (code === 'EISDIR') return ''
    if (error instanceof ViridianError) throw error
    const hint = 'make it readable, or take it out of the way'
    throw new ViridianError('E_SSH_CONFIG', `${file} cannot be read`, { hint, place: { file }, cause: error })
  }
}

function refuseForeign(file: string, { uid, gid, mode }: Stats): void {
  const refused = (what: string, hint: string): ViridianError =>
    new ViridianError('E_SSH_CONFIG', `${file} ${what}`, { hint, place: { file } })
  if (uid !== 0 && uid !== process.getuid?.())
    throw refused('belongs to somebody else', `make it yours: chown "$USER" ${file}`)
  // As Debian's ssh does, a group is let in that is nobody but the owner: by custom it has the same number.
  const isOwnGroup = gid === uid && (mode & 0o002) === 0
  if ((mode & 0o022) !== 0 && !isOwnGroup)
    throw refused('can be written by others', `let only you write it: chmod go-w ${file}`)
}
