import { closeSync, constants, createReadStream, openSync, type Stats, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Socket } from 'node:net'
import { devNull } from 'node:os'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { localFileError, onLocalFile } from '../local-file-error.ts'
import type { Input } from '../transport.ts'
import { keepStream, withStream } from './stream.ts'

/** False: how much a file holds, only reading it can tell. Pipes and devices are such, and what the kernel makes up (`/proc`). */
export const isSized = (found: Stats): boolean => found.isFile() && found.size > 0

/**
 * Hands `use` all of a file that is not sized. What comes out of a pipe or a device comes once in a run: whoever names it
 * later, such as hosts of another batch, is given the same.
 */
export async function withUnsized<Value>(
  file: string,
  found: Stats,
  signal: AbortSignal,
  use: (input: Input) => Promise<Value>,
): Promise<Value> {
  if (found.isFile()) {
    const handle = await onLocalFile(file, 'read', () => open(file))
    return withStream(handle.createReadStream(), signal, use)
  }
  const pipe = await onLocalFile(file, 'read', async () => pipeAt(file, found))
  return withStream(pipe, signal, (input) => {
    keepStream(pipe)
    return use(input)
  })
}

const pipes = new Map<string, Readable>()

function pipeAt(file: string, found: Stats): Readable {
  const known = pipes.get(file)
  const isGivenUp = known?.readableAborted && !known.readableDidRead
  const pipe = known === undefined || isGivenUp ? openPipe(file, found) : known
  pipes.set(file, pipe)
  return pipe
}

// Opened and read by one of Node's threads, a pipe that nobody writes to would hold the process for ever.
function openPipe(file: string, found: Stats): Readable {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  if (isatty(fd)) return new ReadStream(fd)
  if (found.isCharacterDevice() && found.rdev !== statSync(devNull).rdev) {
    closeSync(fd)
    throw endless(file)
  }
  // Not asked by fstatSync: after that says that something is a pipe, Node 20 resolves no links of modules.
  return found.isFIFO() ? new Socket({ fd, writable: false }) : createReadStream(file, { fd })
}

const endless = (file: string): Error =>
  localFileError(
    file,
    `${file} is a device that may never come to an end`,
    'take what is wanted of it to a file or a pipe first: head -c 1M',
  )
