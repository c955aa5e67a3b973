import { ViridianError } from '../../error.ts'

/** An end of a forwarding: a port of its machine, or `host:port`, `[::1]:port`. */
export type Place = number | string

export interface Address {
  readonly address: string
  readonly port: number
}

/** @throws ViridianError `E_FORWARD_PLACE` */
export function addressOf(place: Place, ownAddress: string): Address {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d+)$/.exec(String(place)) ?? []
  const port = Number(digits)
  if (Number.isInteger(port) && port <= 65_535) return { address: bracketed ?? plain ?? ownAddress, port }
  throw new ViridianError('E_FORWARD_PLACE', `"${place}" is no port and no host:port`, {
    hint: "write a port such as 5432, or 'db.internal:5432', or '[::1]:5432'",
  })
}

export const isLoopback = (address: string): boolean => /^(?:127(?:\.\d+){3}|::1|localhost)$/.test(address)

export const shownAddress = ({ address, port }: Address): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
