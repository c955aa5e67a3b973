import type { Duplex, Readable } from 'node:stream'
import type { Listening } from '../transport.ts'

/** A terminal as RFC 4254 asks for it. */
export interface PtyRequest {
  readonly term: string
  readonly cols: number
  readonly rows: number
  /** What it is set to beforehand. @default as the host has it */
  readonly modes?: { readonly ECHO: 0 }
}

/**
 * A channel of a connection. It says `exit`, with a code or else a signal's name, before it says `close`; that comes once
 * all that it said is read.
 */
export interface SessionChannel extends Duplex {
  readonly stderr: Readable
  setWindow(rows: number, columns: number, height: number, width: number): unknown
  close(): void
}

export interface SessionSettings {
  /** Variables, which a server may drop without a word. */
  readonly env: Readonly<Record<string, string>>
}

export type TakeChannel<Channel = SessionChannel> = (error: Error | undefined, channel: Channel) => void

/** What a connection needs of a logged-in client: ssh2's own has it, and the one that goes through a master of `ssh`. */
export interface SessionClient {
  /** A refused session is an error with a `reason`, the number of RFC 4254. */
  exec(command: string, options: SessionSettings & { pty?: PtyRequest }, take: TakeChannel): unknown
  shell(pty: PtyRequest, options: SessionSettings, take: TakeChannel): unknown
  forwardOut(
    sourceAddress: string,
    sourcePort: number,
    address: string,
    port: number,
    take: TakeChannel<Duplex>,
  ): unknown
  end(): unknown
  on(event: 'error', listen: (error: Error) => void): unknown
  on(event: 'end', listen: () => void): unknown
  on(event: 'close', listen: () => void): unknown
  once(event: 'close', listen: () => void): unknown
}

/** Ports that a host listens on for this side. */
export interface Ports {
  listen(address: string, port: number, take: (connection: Duplex) => void): Promise<Listening>
}

/** A client that is logged in, and what is under it. */
export interface Session {
  readonly client: SessionClient
  readonly socket: { readonly writable: boolean; pause(): unknown; resume(): unknown; destroy(): unknown }
  readonly ports: () => Ports
  /** What the server calls itself, if that is known. */
  readonly software?: string | undefined
  /** Pending while what channels have taken waits to be sent. Left out: they take no more than is sent. */
  readonly sent?: () => Promise<unknown> | undefined
}
