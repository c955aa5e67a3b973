import { ViridianError } from '../error.ts'

/** What is wrong with a local file: what was read or written there, and why it could not be. */
export function localFileError(file: string, what: string, hint: string, cause?: unknown): ViridianError {
  return new ViridianError('E_LOCAL_FILE', what, { hint, place: { file }, cause })
}

/** Runs what touches a local file, and says which one it was when it fails. */
export async function onLocalFile<Value>(
  file: string,
  verb: string,
  body: () => Promise<Value>,
): Promise<Value> {
  try {
    return await body()
  } catch (cause) {
    throw failedOn(file, verb, cause)
  }
}

/** The failure of what touched a local file. */
export function failedOn(file: string, verb: string, cause: unknown): ViridianError {
  if (cause instanceof ViridianError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return localFileError(file, `cannot ${verb} ${file}: ${why}`, hintFor(cause), cause)
}

const denied =
  'the user that tasks runs as may not do that: see the permissions, also of the directories above'

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'is the path right? In a task, a relative one starts at the directory of the task file',
  ENOTDIR: 'something in this path is no directory',
  EISDIR: 'that is a directory: one that a file is to go into ends with /',
  EACCES: denied,
  EPERM: denied,
  ENOSPC: 'make room on this machine',
  EDQUOT: 'make room on this machine',
  EROFS: 'the file system is mounted read-only',
}

function hintFor(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return hints[code] ?? 'see what there is at that path, on this machine'
}
