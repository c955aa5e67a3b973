import { ViridianError } from '../../error.ts'

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
    if (cause instanceof ViridianError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw localFileError(file, `cannot ${verb} ${file}: ${why}`, undefined, cause)
  }
}
