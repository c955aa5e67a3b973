import type { Writable } from 'node:stream'
import type { Event } from '../events/event.ts'
import type { Output } from './output.ts'
import { readerOf } from './reader.ts'

/** One event a line and nothing else; a plugin's event stands as its own kind. */
export function jsonOutput(stream: Writable): Output {
  return {
    event: (event) => void stream.write(`${JSON.stringify(wireForm(event))}\n`),
    caughtUp: readerOf(stream),
    ask: (question) => question(),
    close: () => undefined,
  }
}

const wireForm = (event: Event): object =>
  event.kind === 'plugin' ? { kind: event.event.kind, ...event.event.data } : event
