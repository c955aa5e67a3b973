import type { Event } from '../events/event.ts'
import type { Output } from './output.ts'

/** One event a line and nothing else; a plugin's event stands as its own kind. */
export function jsonOutput(write: (line: string) => void): Output {
  return {
    event: (event) => write(`${JSON.stringify(wireForm(event))}\n`),
    ask: (question) => question(),
    close: () => undefined,
  }
}

const wireForm = (event: Event): object =>
  event.kind === 'plugin' ? { kind: event.event.kind, ...event.event.data } : event
