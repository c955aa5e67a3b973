import type { Colors } from './colors.ts'
import { Lines } from './lines.ts'
import type { Detail, Output } from './output.ts'

/** Plain lines, for logs and pipes. */
export function plainOutput(write: (text: string) => void, detail: Detail, colors: Colors): Output {
  const lines = new Lines(detail, colors)
  return {
    event: (event) => {
      for (const line of lines.of(event)) write(`${line}\n`)
    },
    ask: (question) => question(),
    close: () => undefined,
  }
}
