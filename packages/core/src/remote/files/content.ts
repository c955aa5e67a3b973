import { open } from 'node:fs/promises'
import { localFileError, onLocalFile } from '../local-file-error.ts'

const readAtOnce = 256 * 1024

/** The bytes of a local file that was seen with `size` of them: so many, or a failure. */
export async function* contentOf(file: string, size: number): AsyncGenerator<Buffer> {
  const handle = await onLocalFile(file, 'read', () => open(file))
  try {
    for (let left = size; left > 0; ) {
      const length = Math.min(left, readAtOnce)
      const room = Buffer.allocUnsafe(length)
      const { bytesRead } = await onLocalFile(file, 'read', () => handle.read(room, 0, length))
      if (bytesRead === 0) {
        const what = `${file} became shorter while it was read`
        throw localFileError(file, what, 'put it once nothing writes to it any more')
      }
      left -= bytesRead
      yield room.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
