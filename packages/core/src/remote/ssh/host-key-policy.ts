import type { ViridianError } from '../../error.ts'

/** Which key a host may show. */
export interface HostKeyPolicy {
  /** Those that the host is known by: it is asked for them first. */
  readonly types: readonly string[]
  /** What is wrong with the key that the host shows; undefined when it is the host's own. */
  check(key: Buffer): ViridianError | undefined | Promise<ViridianError | undefined>
}
