import { ViridianError } from '../error.ts'

/** What is wrong with a local file: what was read or written there, and why it could not be. */
export function localFileError(
  file: string,
  what: string,
  hint = 'paths are taken from the directory of the task file',
  cause?: unknown,
): ViridianError {
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
  return localFileError(file, `cannot ${verb} ${file}: ${why}`, undefined, cause)
}
