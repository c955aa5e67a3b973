import { closeSync, lstatSync, mkdirSync, openSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { reasonOf, ViridianError } from '../error.ts'

/** How to remove what was made so far, the last first. */
type Made = (() => void)[]

/**
 * Makes a directory, unless it is there, and in it the files that `files` gives once it is: all of them or, when one is there
 * already or cannot be written, none.
 *
 * @returns their paths
 * @throws ViridianError `E_INIT_EXISTS`, `E_INIT_NO_DIRECTORY`, `E_INIT_WRITE`
 */
export function writeNew(
  directory: string,
  files: () => Readonly<Record<string, string>>,
): readonly string[] {
  const made: Made = []
  try {
    makeDirectory(directory, made)
    const texts = Object.entries(files()).sort(([one], [other]) => (one < other ? -1 : 1))
    const paths = texts.map(([path]) => path)
    refuseExisting(directory, paths)
    for (const [path, text] of texts) writeFile(join(directory, path), text, made)
    return paths
  } catch (error) {
    for (const remove of made) remove()
    throw error instanceof ViridianError ? error : notMade(directory, error)
  }
}

function notMade(directory: string, cause: unknown): ViridianError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const isFile = /^(ENOTDIR|EEXIST)$/.test(code)
  const hint = isFile
    ? 'name a new directory; on the way to this one there is a file'
    : /^(ENOSPC|EDQUOT|EFBIG)$/.test(code)
      ? 'make room (df, quota, ulimit -f)'
      : 'name a directory in which you may write'
  const message = `cannot make the project: ${reasonOf(cause)}`
  const place = { file: directory }
  return new ViridianError(isFile ? 'E_INIT_NO_DIRECTORY' : 'E_INIT_WRITE', message, {
    cause,
    place,
    hint: `nothing of it is left; ${hint}`,
  })
}

function refuseExisting(directory: string, paths: readonly string[]): void {
  const existing = paths.filter((path) => isThere(join(directory, path)))
  if (existing.length === 0) return
  throw new ViridianError('E_INIT_EXISTS', `there already: ${existing.join(', ')}`, {
    place: { file: directory },
    hint: 'nothing was written; name a new directory, or put these elsewhere',
  })
}

function writeFile(path: string, text: string, made: Made): void {
  makeDirectory(dirname(path), made)
  // Not over what has come there since.
  const file = openSync(path, 'wx')
  made.unshift(() => rmSync(path))
  try {
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}

function makeDirectory(path: string, made: Made): void {
  if (isThere(path)) {
    // Fails where it is a file.
    mkdirSync(path, { recursive: true })
    return
  }
  makeDirectory(dirname(path), made)
  mkdirSync(path)
  made.unshift(() => rmdirSync(path))
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined
