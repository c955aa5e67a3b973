import { formatDuration } from '../../duration.ts'
import { ViridianError } from '../../error.ts'
import type { Target } from './target.ts'

/** No further try is made. */
export function isFinal(error: unknown): boolean {
  return hintsOfFinal.has(codeOf(error))
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

const moreFiles = 'tasks may open no more files: raise "ulimit -n", or go to fewer hosts'

// A name that does not resolve is a typing error more often than a machine on its way.
const hintsOfFinal = new Map<unknown, (target: Target) => string>([
  ['ENOTFOUND', (target) => `check the address of ${target.name}${narrowing(target)}`],
  ['EMFILE', () => moreFiles],
  ['ENFILE', () => moreFiles],
])

export function unreachable(target: Target, cause: unknown): ViridianError {
  const { name, address, port } = target
  const reason = reasonOf(cause)
  const within = isFinal(cause) ? '' : ` within ${formatDuration(target.connectTimeout)}`
  return new ViridianError(
    'E_HOST_UNREACHABLE',
    `${name} (${address}:${port}) cannot be reached${within}: ${reason}`,
    {
      hint:
        hintsOfFinal.get(codeOf(cause))?.(target) ??
        'check that it is up, that its sshd listens on this port, and that the network lets you through',
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
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
