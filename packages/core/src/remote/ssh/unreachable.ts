import { formatDuration } from '../../duration.ts'
import { ViridianError } from '../../error.ts'
import type { Target } from './target.ts'

// A name that does not resolve is a typing error more often than a machine on its way.
export function isFinal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND'
}

export function unreachable(target: Target, cause: unknown): ViridianError {
  const { name, address, port } = target
  const reason = reasonOf(cause)
  const within = isFinal(cause) ? '' : ` within ${formatDuration(target.connectTimeout)}`
  return new ViridianError(
    'E_HOST_UNREACHABLE',
    `${name} (${address}:${port}) cannot be reached${within}: ${reason}`,
    {
      hint: isFinal(cause)
        ? `check the address of ${name}${narrowing(target)}`
        : 'check that it is up, that its sshd listens on this port, and that the network lets you through',
      place: { host: name },
      cause,
    },
  )
}

function narrowing({ settings: { addressFamily, bindAddress } }: Target): string {
  const isNarrow = addressFamily !== 'any' || bindAddress !== undefined
  return isNarrow ? ', and AddressFamily and BindAddress in ssh_config' : ''
}

// A name with several addresses fails with all of their errors, and without a message of its own.
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
