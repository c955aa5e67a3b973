import { OpenSshTransport } from '../openssh/transport.ts'
import type { Doors } from '../ssh/doors.ts'
import { SshTransport } from '../ssh/transport.ts'
import { type LocalSide, localSide } from '../ssh-config/local-side.ts'
import type { Ask } from '../terminal/prompt.ts'
import type { SshDefaults, Transport, TransportName } from '../transport.ts'

export interface AnyTransportOptions {
  readonly defaults: () => SshDefaults
  readonly ask?: Ask
  readonly doors?: Doors
  readonly note?: (text: string) => void
  /** @default whoever runs the test, with nothing at home */
  readonly local?: LocalSide
  readonly timing?: {
    readonly readyTimeout?: number
    readonly keepaliveInterval?: number
    readonly keepaliveCount?: number
  }
}

/** The ways to reach a host: what holds for connections holds for each of them. */
export const transportNames: readonly TransportName[] = ['ssh2', 'openssh']

export function makeTransport(name: TransportName, options: AnyTransportOptions): Transport {
  const own = { local: homeAt('/nonexistent'), ...options }
  return name === 'ssh2' ? new SshTransport(own) : new OpenSshTransport(own)
}

/** Whoever runs the test, at another home. */
export const homeAt = (home: string): LocalSide => ({ ...localSide(), home, includeHome: home })
