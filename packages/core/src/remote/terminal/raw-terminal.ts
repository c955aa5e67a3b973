import { spawnSync } from 'node:child_process'
import type { LocalTerminal, Pty } from '../transport.ts'

export interface TerminalEvents {
  /** Keys as they are typed; while a promise that it gives is pending, no more are read. */
  readonly keys: (chunk: Buffer) => Promise<void> | void
  readonly resized: () => void
  /** It has hung up. */
  readonly gone: () => void
}

/** Takes a terminal's keys as they are typed, Ctrl-C among them; what it gives back puts the terminal as it was. */
export function takeTerminal(
  { input, output }: LocalTerminal,
  { keys, resized, gone }: TerminalEvents,
): () => void {
  const { isRaw, readableFlowing } = input
  const read = async (chunk: Buffer): Promise<void> => {
    const pending = keys(chunk)
    if (!pending) return
    input.pause()
    await pending
    if (input.listeners('data').includes(read)) input.resume()
  }
  input.on('data', read).on('end', gone).on('error', gone)
  output.on('resize', resized).on('error', gone)
  input.setRawMode(true)
  passOutput(input)
  input.resume()
  return () => {
    input.off('data', read)
    // What is typed from here on is for whoever reads next.
    if (!readableFlowing) input.pause()
    input.setRawMode(isRaw)
    input.off('end', gone).off('error', gone)
    output.off('resize', resized).off('error', gone)
  }
}

// Node leaves line feeds to be turned into line ends, which shifts what full-screen programs draw. Where there is no
// `stty`, it stays so. What takes the raw mode back takes this back as well.
function passOutput(input: LocalTerminal['input']): void {
  spawnSync('stty', ['-opost'], { stdio: [input, 'ignore', 'ignore'] })
}

export function sizeOf({ output }: LocalTerminal): Pty {
  return { term: process.env.TERM ?? 'xterm', columns: output.columns, rows: output.rows }
}

/**
 * Written when a terminal's program was cut off: the normal screen, a cursor, no reports of the mouse, plain pastes. All
 * of it is without effect where nothing was changed.
 */
export const afterCut = `${['?1047l', '?25h', '?1000l', '?1002l', '?1003l', '?1006l', '?2004l'].map((mode) => `\u001b[${mode}`).join('')}\r\n`
