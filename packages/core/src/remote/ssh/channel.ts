import type { Readable } from 'node:stream'
import { feed } from '../input/feed.ts'
import { Lingering } from '../lingering.ts'
import type { ExecOptions, ExitStatus } from '../transport.ts'
import type { Brake } from './brake.ts'
import type { Session, SessionChannel } from './session.ts'

/** Feeds a channel, hands on what it says, and waits for its end. */
export async function channelExit(
  channel: SessionChannel,
  options: ExecOptions,
  brake: Brake,
  sent?: Session['sent'],
): Promise<ExitStatus> {
  const { signal } = options
  let failure: { readonly reason: unknown } | undefined
  let timer: NodeJS.Timeout | undefined
  const closed = exitOf(channel)
  const giveUp = (reason: unknown): void => {
    if (failure) return
    failure = { reason }
    brake.release(channel)
    brake.release(channel.stderr)
    lingering.release()
    // A terminal is hung up by being closed: the end of its input would be a key that somebody presses.
    if (options.pty) channel.close()
    else channel.end()
    // What it still says is dropped; a channel whose output is not read to its end never closes.
    channel.resume()
    channel.stderr.resume()
    timer = setTimeout(() => {
      channel.close()
      channel.emit('close')
    }, lingering.patience)
  }
  const abort = (): void => giveUp(signal?.reason)
  const lingering = new Lingering(() => {
    channel.close()
    channel.emit('close')
  })
  channel.on('exit', () => {
    if (failure) return
    options.onExit?.()
    lingering.exited()
  })
  const take = (output: Readable, handle: ExecOptions['onStdout']): void => {
    output.on('data', async (chunk: Buffer) => {
      try {
        const pending = failure ? undefined : handle?.(chunk)
        if (pending && !failure) {
          output.pause()
          brake.hold(output)
          await lingering.during(pending)
          output.resume()
        } else if (!failure) lingering.heard()
        // What has come already is taken first.
        if (output.readableLength === 0) brake.release(output)
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
  if (options.input) void feed(channel, options.input, closed, sent).catch(giveUp)
  const exit = await closed
  clearTimeout(timer)
  lingering.release()
  signal?.removeEventListener('abort', abort)
  brake.release(channel)
  brake.release(channel.stderr)
  if (failure) throw failure.reason
  return exit
}

/** Waits for a channel's end. Both null: it ended without an exit. */
export function exitOf(channel: SessionChannel): Promise<ExitStatus> {
  return new Promise((resolve) => {
    let exit: ExitStatus = { code: null, signal: null }
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal ?? null }
    })
    channel.on('close', () => resolve(exit))
  })
}
