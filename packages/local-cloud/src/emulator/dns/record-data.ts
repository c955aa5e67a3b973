import type { Answer } from 'dns-packet'

type Parts = { readonly name: string; readonly ttl: number }

/**
 * A value in zone-file form as dns-packet wants it.
 *
 * @returns undefined for types that are not served.
 */
export function toAnswer({ name, ttl }: Parts, type: string, value: string): Answer | undefined {
  const fields = value.trim().split(/\s+/)
  const [first = '', second = '', third = '', fourth = ''] = fields
  switch (type) {
    case 'A':
    case 'AAAA':
      return { type, name, ttl, data: first }
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type, name, ttl, data: domain(first) }
    case 'TXT':
      return { type, name, ttl, data: strings(value) }
    case 'MX':
      return { type, name, ttl, data: { preference: Number(first), exchange: domain(second) } }
    case 'SRV':
      return {
        type,
        name,
        ttl,
        data: {
          priority: Number(first),
          weight: Number(second),
          port: Number(third),
          target: domain(fourth),
        },
      }
    case 'SOA':
      return { type, name, ttl, data: startOfAuthority(fields) }
    default:
      return undefined
  }
}

/** The types that `toAnswer` knows. */
export const servedTypes: readonly string[] = ['A', 'AAAA', 'CNAME', 'NS', 'PTR', 'TXT', 'MX', 'SRV', 'SOA']

/** dns-packet writes names without the dot at their end. */
function domain(name: string): string {
  return name.replace(/\.$/, '')
}

function startOfAuthority([mname = '', rname = '', ...numbers]: readonly string[]) {
  const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = numbers.map(Number)
  return { mname: domain(mname), rname: domain(rname), serial, refresh, retry, expire, minimum }
}

/** The strings of a TXT value: in quotes with escapes, `"a\"b" "c"`, or bare. */
function strings(value: string): string[] {
  const found = value.match(/"(?:\\.|[^"\\])*"|[^\s"]+/g) ?? []
  return found.map((text) =>
    text.startsWith('"') ? text.slice(1, -1).replace(/\\(\d{3}|.)/g, escapedCharacter) : text,
  )
}

/** Route 53 writes characters as octal numbers: `\052` is `*`. */
function escapedCharacter(_: string, escaped: string): string {
  return escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped
}
