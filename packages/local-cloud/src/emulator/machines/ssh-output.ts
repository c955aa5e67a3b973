import type { Readable, Writable } from 'node:stream'
import type { ServerChannel } from 'ssh2'

/**
 * Sends a command's two outputs to a channel, until both have ended.
 *
 * They share the channel's window. When it is full ssh2 loses one output's waiting chunk, or sends the other's again;
 * so one chunk is under way at a time, and what is left of the last one is forgotten before the next.
 */
export async function sendOutputs(channel: ServerChannel, stdout: Readable, stderr: Readable): Promise<void> {
  let turn: Promise<void> = Promise.resolve()
  const send = (output: Writable, chunk: Buffer): Promise<void> => {
    turn = turn.then(() => {
      // Private fields: there is no public way to a channel's leftovers.
      Object.assign(channel, {
        _chunk: undefined,
        _chunkcb: undefined,
        _chunkErr: undefined,
        _chunkcbErr: undefined,
      })
      return new Promise((resolve) => output.write(chunk, () => resolve()))
    })
    return turn
  }
  const pump = async (from: Readable, to: Writable): Promise<void> => {
    for await (const chunk of from) await send(to, chunk)
  }
  await Promise.all([pump(stdout, channel), pump(stderr, channel.stderr)])
}
