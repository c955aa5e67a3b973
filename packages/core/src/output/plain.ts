import type { Writable } from 'node:stream'
import type { Colors } from './colors.ts'
import { Lines } from './lines.ts'
import type { Detail, Output } from './output.ts'
import { readerOf } from './reader.ts'

/** Plain lines, for logs and pipes. */
export function plainOutput(stream: Writable, detail: Detail, colors: Colors): Output {
  const lines = new Lines(detail, colors)
  return {
    event: (event) => {
      for (const line of lines.of(event)) stream.write(`${line}\n`)
    },
    caughtUp: readerOf(stream),
    ask: (question) => question(),
    close: () => undefined,
  }
}
