import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** Which loopback addresses to try, and what must be free on them. */
export interface AddressRange {
  /** The first two numbers of the first addresses tried: `127.20`. */
  readonly prefix: string
  /** Any text: different texts start at different places, so that two clouds seldom meet. */
  readonly seed: string
  /** Ports that must be free on the address. */
  readonly ports: readonly number[]
}

const attempts = 512

/**
 * Finds a loopback address on which all ports are free and `claim` succeeds. The claim should keep hold of a port:
 * what is only probed can be taken by another cloud before it is used.
 *
 * @throws when no address can be used; the message names the port in the way, or macOS's missing alias.
 */
export async function claimAddress<T>(
  { prefix, seed, ports }: AddressRange,
  claim: (address: string) => Promise<T>,
): Promise<{ readonly address: string; readonly claimed: T }> {
  let refusal: unknown
  for (const address of candidates(prefix, seed)) {
    try {
      for (const port of ports) await probe(address, port)
      return { address, claimed: await claim(address) }
    } catch (error) {
      if (codeOf(error) === 'EADDRNOTAVAIL') throw noAlias(address, error)
      if (codeOf(error) !== 'EADDRINUSE') throw error
      refusal = error
    }
  }
  throw new Error(
    `No loopback address in ${prefix}.0.0/16 has its ports ${ports.join(', ')} free: ` +
      `${refusal instanceof Error ? refusal.message : String(refusal)}. ` +
      'Something listens on every address: find it with "ss -ltnp" (Linux) or "lsof -iTCP -sTCP:LISTEN", and stop it.',
    { cause: refusal },
  )
}

/** A TCP server listening on the address. */
export async function listen(server: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function* candidates(prefix: string, seed: string): Generator<string> {
  // macOS needs an alias for each address: there the addresses have to be few and foreseeable.
  const digest = createHash('sha256').update(seed).digest()
  const start = process.platform === 'linux' ? (digest.readUInt16BE(0) % 256) * 256 : 0
  for (let index = 0; index < attempts; index++) {
    const place = (start + index) % 65_536
    const last = place % 256
    if (last !== 0 && last !== 255) yield `${prefix}.${Math.floor(place / 256)}.${last}`
  }
}

async function probe(address: string, port: number): Promise<void> {
  const server = createServer()
  await listen(server, address, port)
  await new Promise((resolve) => server.close(resolve))
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** What to do about an address that this computer does not have. */
export function noAlias(address: string, cause: unknown): Error {
  return new Error(
    `This computer has no address ${address}. Add it with "sudo ifconfig lo0 alias ${address} up" ` +
      '(macOS binds 127.0.0.1 alone; Linux has all of 127.0.0.0/8).',
    { cause },
  )
}
