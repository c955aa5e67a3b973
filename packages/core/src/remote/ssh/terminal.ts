import { once } from 'node:events'
import { Escape } from '../command/escape.ts'
import { afterCut, sizeOf, takeTerminal } from '../terminal/raw-terminal.ts'
import type { ExitStatus, LocalTerminal, Pty } from '../transport.ts'
import { exitOf } from './channel.ts'
import type { PtyRequest, SessionChannel } from './session.ts'

export const ptyOf = ({ term, columns, rows }: Pty): PtyRequest => ({ term, cols: columns, rows })

/** How a person's time at a terminal ended: by its program, by the person's escape, or by the terminal's hanging up. */
export type TerminalEnd = ExitStatus | 'left' | 'gone'

/** Ties a person's terminal to a channel: keys, output and window size, until one of them ends. */
export async function tieTerminal(
  terminal: LocalTerminal,
  channel: SessionChannel,
  signal: AbortSignal,
): Promise<TerminalEnd> {
  const closed = exitOf(channel)
  if (signal.aborted) channel.close()
  signal.throwIfAborted()
  const keyboard = new Escape()
  let end: (how: 'left' | 'gone') => void = () => undefined
  let abort: () => void = () => undefined
  const ended = new Promise<'left' | 'gone'>((resolve, reject) => {
    end = resolve
    abort = () => reject(signal.reason)
  })
  const giveBack = takeTerminal(terminal, {
    keys: (chunk) => {
      const { send, left } = keyboard.take(chunk)
      const isTaken = channel.write(send)
      if (left) end('left')
      else if (!isTaken) return Promise.race([once(channel, 'drain'), closed, ended]).then(ignore, ignore)
      return undefined
    },
    resized: () => {
      const { columns, rows } = sizeOf(terminal)
      channel.setWindow(rows, columns, 0, 0)
    },
    gone: () => end('gone'),
  })
  channel.pipe(terminal.output, { end: false })
  channel.stderr.pipe(terminal.output, { end: false })
  // A channel's own failure ends it, and is told by its end.
  channel.on('error', () => channel.close())
  signal.addEventListener('abort', abort, { once: true })
  let isWhole = false
  try {
    const how = await Promise.race([closed, ended])
    isWhole = typeof how === 'object' && (how.code !== null || how.signal !== null)
    return how
  } finally {
    signal.removeEventListener('abort', abort)
    channel.unpipe(terminal.output)
    channel.stderr.unpipe(terminal.output)
    // Its server hangs up what still runs there.
    channel.close()
    channel.resume()
    channel.stderr.resume()
    giveBack()
    if (!isWhole && !terminal.output.destroyed) terminal.output.write(afterCut)
  }
}

const ignore = (): void => undefined
