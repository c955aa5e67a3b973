import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'

/** Some hundred records of an undo. */
const size = 64 * 1024

/** Room on a disk that nobody else can take: in a file without a name, so that it is free again once its process has ended. */
export class Reserve {
  #handle: FileHandle | undefined

  private constructor(handle: FileHandle | undefined) {
    this.#handle = handle
  }

  /** Where there is no room for it, it is empty. */
  static async beside(file: string): Promise<Reserve> {
    const name = `${file}.${randomBytes(6).toString('hex')}`
    let handle: FileHandle | undefined
    try {
      handle = await open(name, 'wx', 0o600)
      await rm(name)
      await handle.writeFile(Buffer.alloc(size, ' '))
      return new Reserve(handle)
    } catch {
      // Whoever needs the room is told by what cannot be written there.
      await handle?.close()
      return new Reserve(undefined)
    }
  }

  /** Frees the room; false: it was free before. */
  async giveBack(): Promise<boolean> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
    return handle !== undefined
  }
}
