import { OpenSshTransport } from '../openssh/transport.ts'
import type { Doors } from '../ssh/doors.ts'
import { SshTransport } from '../ssh/transport.ts'
import type { Ask } from '../terminal/prompt.ts'
import type { SshDefaults, Transport, TransportName } from '../transport.ts'

export interface AnyTransportOptions {
  readonly defaults: () => SshDefaults
  readonly ask?: Ask
  readonly doors?: Doors
  readonly note?: (text: string) => void
  readonly timing?: {
    readonly readyTimeout?: number
    readonly keepaliveInterval?: number
    readonly keepaliveCount?: number
  }
}

/** The ways to reach a host: what holds for connections holds for each of them. */
export const transportNames: readonly TransportName[] = ['ssh2', 'openssh']

export function makeTransport(name: TransportName, options: AnyTransportOptions): Transport {
  return name === 'ssh2' ? new SshTransport(options) : new OpenSshTransport(options)
}
