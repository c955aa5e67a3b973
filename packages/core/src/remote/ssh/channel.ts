import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { ExecOptions, ExitStatus, Input } from '../transport.ts'

// The lifeline's five seconds between SIGTERM and SIGKILL, and some for the way.
const dyingTime = 7_000

/** Feeds a channel, hands on what it says, and waits for its end. */
export async function channelExit(channel: ClientChannel, options: ExecOptions): Promise<ExitStatus> {
  const { signal } = options
  let failure: { readonly reason: unknown } | undefined
  let timer: NodeJS.Timeout | undefined
  const closed = exitOf(channel)
  const giveUp = (reason: unknown): void => {
    if (failure) return
    failure = { reason }
    channel.end()
    // What it still says is dropped; a channel whose output is not read to its end never closes.
    channel.resume()
    channel.stderr.resume()
    timer = setTimeout(() => {
      channel.close()
      channel.emit('close')
    }, dyingTime)
  }
  const abort = (): void => giveUp(signal?.reason)
  const take = (output: Readable, handle: ExecOptions['onStdout']): void => {
    output.on('data', async (chunk: Buffer) => {
      try {
        const pending = failure ? undefined : handle?.(chunk)
        if (!pending || failure) return
        output.pause()
        await pending
        output.resume()
      } catch (error) {
        giveUp(error)
      }
    })
  }
  take(channel, options.onStdout)
  take(channel.stderr, options.onStderr)
  channel.on('error', giveUp)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  if (options.input) void feed(channel, options.input, closed).catch(giveUp)
  const exit = await closed
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)
  if (failure) throw failure.reason
  return exit
}

/** Waits for a channel's end. Both null: it ended without an exit. */
export function exitOf(channel: ClientChannel): Promise<ExitStatus> {
  return new Promise((resolve) => {
    let exit: ExitStatus = { code: null, signal: null }
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal ?? null }
    })
    channel.on('close', () => resolve(exit))
  })
}

async function feed(
  channel: ClientChannel,
  { size, chunks, ends }: Input,
  closed: Promise<unknown>,
): Promise<void> {
  let left = size
  let isClosed = false
  void closed.then(() => {
    isClosed = true
  })
  for await (const chunk of size > 0 ? chunks() : []) {
    const part = chunk.subarray(0, left)
    left -= part.length
    if (isClosed) return
    if (!channel.write(part)) await Promise.race([once(channel, 'drain'), closed])
    if (left === 0) break
  }
  if (left === 0 && ends) channel.end()
  if (left > 0) throw new Error(`the input ended ${left} bytes short of its ${size} bytes`)
}
