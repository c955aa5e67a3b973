import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { gatherWrites } from './gather-writes.ts'

export interface SocketOptions {
  readonly host: string
  readonly port: number
  /** The local address to connect from, or a name of it. */
  readonly localAddress?: string | undefined
  /** 0: any. */
  readonly family: 0 | 4 | 6
  readonly signal: AbortSignal
  /** All addresses of a name. @default those that the system knows */
  readonly addressesOf?: (name: string, family: 0 | 4 | 6) => Promise<readonly LookupAddress[]>
}

// For an address that does not answer, while there are others.
const patienceMs = 3_000

/**
 * Opens a TCP connection. A name's addresses are tried one after another: by Node itself, which does not while a family
 * or a local address is asked for.
 */
export async function openSocket(options: SocketOptions): Promise<Socket> {
  const { host, port, localAddress, family, signal } = options
  if (family === 0 && localAddress === undefined) return connected({ host, port }, signal)
  const ways = await unlessAborted(signal, waysTo(options))
  const errors: unknown[] = []
  for (const [index, way] of ways.entries()) {
    const isLast = index === ways.length - 1
    try {
      return await connected({ ...way, port }, isLast ? signal : sooner(signal, way.host))
    } catch (error) {
      if (signal.aborted) throw error
      errors.push(error)
    }
  }
  throw errors.length === 1 ? errors[0] : new AggregateError(errors)
}

interface Way {
  readonly host: string
  readonly localAddress?: string
}

/** Addresses to connect to, each with a local one of its family. */
async function waysTo({ host, localAddress, family, addressesOf = all }: SocketOptions): Promise<Way[]> {
  const isMeant = (each: LookupAddress): boolean => family === 0 || each.family === family
  const addresses = (await addressesOf(host, family)).filter(isMeant)
  if (addresses.length === 0) throw unfound(`${host} has no IPv${family} address`)
  if (localAddress === undefined) return addresses.map(({ address }) => ({ host: address }))
  const own = await addressesOf(localAddress, family).catch(() => [])
  const ways = addresses.flatMap((each): Way[] => {
    const from = own.find((other) => other.family === each.family)
    return from === undefined ? [] : [{ host: each.address, localAddress: from.address }]
  })
  if (ways.length > 0) return ways
  const families = [...new Set(addresses.map((each) => `IPv${each.family}`))].join(' or ')
  throw unfound(`BindAddress ${localAddress} is no ${families} address to reach ${host} from`)
}

const all = (name: string, family: 0 | 4 | 6): Promise<LookupAddress[]> => lookup(name, { all: true, family })

const unfound = (message: string): Error => Object.assign(new Error(message), { code: 'ENOTFOUND' })

function sooner(signal: AbortSignal, address: string): AbortSignal {
  const stop = new AbortController()
  const error = Object.assign(new Error(`connect ETIMEDOUT ${address}`), { code: 'ETIMEDOUT' })
  setTimeout(() => stop.abort(error), patienceMs).unref()
  return AbortSignal.any([signal, stop.signal])
}

function unlessAborted<Value>(signal: AbortSignal, value: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** With Nagle's algorithm off: with it on, each command takes 44 ms longer. */
function connected(way: Way & { readonly port: number }, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...way, noDelay: true })
    const abort = (): void => fail(signal.reason)
    const settle = (): void => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
    }
    function fail(error: unknown): void {
      settle()
      // An error that comes after the first one has nobody left to tell.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      gatherWrites(socket)
      resolve(socket)
    })
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  })
}
