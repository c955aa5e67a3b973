import type { Writable } from 'node:stream'
import type { Colors } from './colors.ts'
import { contained } from './contained.ts'
import { LineWriter } from './line-writer.ts'
import { Lines } from './lines.ts'
import type { Detail, Output } from './output.ts'

/** Plain lines, as they come, for logs and pipes. */
export function plainOutput(stream: Writable, detail: Detail, colors: Colors): Output {
  const lines = new Lines(detail, colors)
  const writer = new LineWriter(stream)
  return {
    event: (event) => {
      for (const line of lines.of(contained(event))) writer.line(line)
    },
    caughtUp: () => writer.caughtUp(),
    ask: (question) => {
      writer.flush()
      return question()
    },
    close: () => writer.flush(),
  }
}
