import { isUtf8 } from 'node:buffer'
import { ViridianError } from '../../error.ts'
import type { Backend } from '../backend.ts'
import type { CommandContext } from '../command/command.ts'
import { given } from './given.ts'
import type { ReadOptions } from './options.ts'

/** Reads a remote file: as text, or with `bytes` as it is. */
export interface ReadRemoteFile {
  (remote: string, options?: ReadOptions): Promise<string>
  (remote: string, options: ReadOptions & { readonly bytes: true }): Promise<Buffer>
}

export function fileReading(backend: Backend, context: CommandContext): ReadRemoteFile {
  function read(remote: string, options?: ReadOptions): Promise<string>
  function read(remote: string, options: ReadOptions & { readonly bytes: true }): Promise<Buffer>
  async function read(remote: string, options: ReadOptions & { readonly bytes?: true } = {}) {
    const content = await backend.read(context, given(remote, 'remote'), options)
    if (options.bytes) return content
    if (isUtf8(content)) return content.toString('utf8')
    throw new ViridianError('E_REMOTE_FILE_TEXT', `${remote} is not UTF-8`, {
      hint: 'read it with { bytes: true }',
    })
  }
  return read
}
