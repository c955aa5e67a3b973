import type { Colors } from './colors.ts'
import { contained } from './contained.ts'
import { Lines } from './lines.ts'
import { columnsOf, LiveArea, rowsOf, type TerminalStream } from './live-area.ts'
import { LiveLines } from './live-lines.ts'
import type { Detail, Output } from './output.ts'
import { readerOf } from './reader.ts'

const everyMs = 100
/** So many lines are not held back until the next frame. */
const mostHeld = 500

/** Lines that stay, and below them what runs at this moment, drawn again at most ten times a second. */
export function terminalOutput(stream: TerminalStream, detail: Detail, colors: Colors): Output {
  const lines = new Lines(detail, colors, { columns: () => columnsOf(stream) })
  const live = new LiveLines(lines.fans, colors)
  const area = new LiveArea(stream)
  let held: string[] = []
  let drawnAt = Number.NEGATIVE_INFINITY
  let paused = false
  const write = (below: readonly string[]): void => {
    area.draw(held, below)
    held = []
  }
  const draw = (): void => {
    if (paused) return
    drawnAt = performance.now()
    write(live.next({ columns: columnsOf(stream), rows: rowsOf(stream) }))
  }
  const timer = setInterval(draw, everyMs)
  timer.unref()
  return {
    event(said) {
      const event = contained(said)
      const staying = lines.of(event)
      live.event(event)
      if (staying.length === 0) return
      held.push(...staying)
      if (paused) write([])
      else if (held.length > mostHeld || performance.now() - drawnAt >= everyMs) draw()
    },
    caughtUp: readerOf(stream),
    async ask(question) {
      paused = true
      write([])
      try {
        return await question()
      } finally {
        paused = false
      }
    },
    close() {
      clearInterval(timer)
      held.push(...lines.rest())
      write([])
    },
  }
}
