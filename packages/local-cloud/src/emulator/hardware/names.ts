/** One resource-record set as the name server needs it. */
export interface ZoneRecord {
  /** Fully qualified, with the trailing dot, lower case. */
  readonly name: string
  readonly type: string
  readonly ttl: number
  /** In zone-file form: `127.1.2.3`, `host.example.`, `"text"`. */
  readonly values: readonly string[]
}

export interface NameServer {
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/**
 * How far CNAMEs are followed: out of the zone as well, as resolvers do, or within it, as a zone's own servers do: they
 * leave the rest to who asks.
 */
export type Reach = 'beyond the zone' | 'the zone'

/**
 * Answers a question from the zones, aliases already followed; none: the name has no such record. `unknown`: its zone has
 * nothing at the name nor beneath it; undefined: no zone of ours holds it.
 *
 * @param reach @default 'beyond the zone'
 */
export type ResolveName = (
  name: string,
  type: string,
  reach?: Reach,
) => readonly ZoneRecord[] | 'unknown' | undefined

/** What was found, which may be nothing. */
export function recordsOf(found: ReturnType<ResolveName>): readonly ZoneRecord[] {
  return found === undefined || found === 'unknown' ? [] : found
}
