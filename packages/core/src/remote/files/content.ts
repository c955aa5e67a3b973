import { open } from 'node:fs/promises'
import { localFileError, onLocalFile } from '../local-file-error.ts'

const readAtOnce = 256 * 1024

/** A local file as it was when it was looked at. */
export interface SeenFile {
  readonly file: string
  readonly size: number
  readonly mtime: Date
}

/** The bytes of a local file in the state that it was seen in, or a failure: before the last of them has been given. */
export async function* contentOf({ file, size, mtime }: SeenFile): AsyncGenerator<Buffer> {
  const handle = await onLocalFile(file, 'read', () => open(file))
  const refuseChanged = async (): Promise<void> => {
    const now = await onLocalFile(file, 'read', () => handle.stat())
    if (now.size !== size || now.mtime.getTime() !== mtime.getTime())
      throw changedMeanwhile(file, 'was written to')
  }
  try {
    if (size === 0) await refuseChanged()
    for (let left = size; left > 0; ) {
      const length = Math.min(left, readAtOnce)
      const room = Buffer.allocUnsafe(length)
      const { bytesRead } = await onLocalFile(file, 'read', () => handle.read(room, 0, length))
      if (bytesRead === 0) throw changedMeanwhile(file, 'became shorter')
      left -= bytesRead
      if (left === 0) await refuseChanged()
      yield room.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

const changedMeanwhile = (file: string, what: string): Error =>
  localFileError(
    file,
    `${file} ${what} while it was read`,
    'put it once nothing writes to it any more; what is always written to in a directory, exclude',
  )
