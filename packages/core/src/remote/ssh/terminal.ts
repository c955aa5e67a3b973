import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2'
import type { ExitStatus, LocalTerminal, Pty } from '../transport.ts'
import { exitOf } from './channel.ts'

export const ptyOf = ({ term, columns, rows }: Pty): PseudoTtyOptions => ({ term, cols: columns, rows })

/** Ties a person's terminal to a command's, or to the login's shell's: keys, output and window size, until that ends. */
export async function attachTerminal(
  client: Client,
  terminal: LocalTerminal,
  command?: string,
): Promise<ExitStatus> {
  const { input, output } = terminal
  const channel = await open(client, sizeOf(terminal), command)
  const resize = (): void => {
    const { columns, rows } = sizeOf(terminal)
    channel.setWindow(rows, columns, 0, 0)
  }
  const wasRaw = input.isRaw
  const send = (chunk: Buffer): void => void channel.write(chunk)
  if (input.isTTY) input.setRawMode(true)
  input.on('data', send)
  input.resume()
  output.on('resize', resize)
  channel.on('data', (chunk: Buffer) => void output.write(chunk))
  channel.stderr.on('data', (chunk: Buffer) => void output.write(chunk))
  try {
    return await exitOf(channel)
  } finally {
    input.off('data', send)
    output.off('resize', resize)
    if (input.isTTY) input.setRawMode(wasRaw)
    input.pause()
  }
}

function sizeOf({ output }: LocalTerminal): Pty {
  return { term: process.env.TERM ?? 'xterm', columns: output.columns ?? 80, rows: output.rows ?? 24 }
}

function open(client: Client, pty: Pty, command: string | undefined): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const take = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) reject(error)
      else resolve(channel)
    }
    if (command === undefined) client.shell(ptyOf(pty), take)
    else client.exec(command, { pty: ptyOf(pty) }, take)
  })
}
