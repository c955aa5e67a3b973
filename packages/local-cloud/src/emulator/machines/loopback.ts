import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'

const attempts = 1024

/** The ranges in which machines and balancers have their addresses. */
export const prefixes = { machines: '127.20', balancers: '127.19' } as const

/**
 * A range of loopback addresses, `127.20.0.0/16` for the prefix `127.20`, from which addresses are taken by trying.
 * An address is not given out again soon, so that a new machine is not taken for the one that was there before.
 */
export class LoopbackRange {
  readonly #prefix: string
  #next: number

  /** @param seed any text: different texts start at different places, so that two clouds seldom meet. */
  constructor(prefix: string, seed: string) {
    this.#prefix = prefix
    this.#next = foreseeable ? 0 : createHash('sha256').update(seed).digest().readUInt8() * 256
  }

  /**
   * Finds an address on which `claim` succeeds: it should take hold of a port, as what is only probed can be taken by
   * another cloud before it is used.
   *
   * @throws when no address can be used; the message names the port in the way, or macOS's missing alias.
   */
  async claim<T>(
    claim: (address: string) => Promise<T>,
  ): Promise<{ readonly address: string; readonly held: T }> {
    let refusal: unknown
    for (const address of this.#candidates()) {
      try {
        return { address, held: await claim(address) }
      } catch (error) {
        if (codeOf(error) === 'EADDRNOTAVAIL') throw noAlias(address, error)
        if (codeOf(error) !== 'EADDRINUSE') throw error
        refusal = error
      }
    }
    throw new Error(
      `No loopback address in ${this.#prefix}.0.0/16 is free: ` +
        `${refusal instanceof Error ? refusal.message : String(refusal)}. Something listens on that port of every ` +
        'address: find it with "ss -ltnp" (Linux) or "lsof -iTCP -sTCP:LISTEN", and stop it.',
      { cause: refusal },
    )
  }

  *#candidates(): Generator<string> {
    if (foreseeable) this.#next = 0
    for (let attempt = 0; attempt < attempts; attempt++) {
      const place = this.#next++ % 65_536
      const last = place % 256
      if (last !== 0 && last !== 255) yield `${this.#prefix}.${Math.floor(place / 256)}.${last}`
    }
  }
}

// macOS needs an alias for each address: there the addresses have to be few and foreseeable.
const foreseeable = process.platform !== 'linux'

/** Makes a server listen on an address; rejects with the system's error. */
export async function listen(server: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Rejects with the system's error if a port cannot be listened on. */
export async function probe(address: string, port: number): Promise<void> {
  const server = createServer()
  await listen(server, address, port)
  await new Promise((resolve) => server.close(resolve))
}

/** What to do about an address that this computer does not have. */
export function noAlias(address: string, cause: unknown): Error {
  return new Error(
    `This computer has no address ${address}. Add it with "sudo ifconfig lo0 alias ${address} up" ` +
      '(macOS binds 127.0.0.1 alone; Linux has all of 127.0.0.0/8).',
    { cause },
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
