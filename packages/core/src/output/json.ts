import type { Writable } from 'node:stream'
import type { Event } from '../events/event.ts'
import { LineWriter } from './line-writer.ts'
import type { Output } from './output.ts'

/** One event a line and nothing else; a plugin's event stands as its own kind. */
export function jsonOutput(stream: Writable): Output {
  const writer = new LineWriter(stream)
  return {
    event: (event) => writer.line(JSON.stringify(wireForm(event))),
    caughtUp: () => writer.caughtUp(),
    ask: (question) => question(),
    close: () => writer.flush(),
  }
}

const wireForm = (event: Event): object =>
  event.kind === 'plugin' ? { kind: event.event.kind, ...event.event.data } : event
