import type { TimesTaken } from '../journal/times-taken.ts'
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

/** What is over by then has nothing to look up. */
const lookUpAfterMs = 1000

/**
 * Lines that stay, and below them what runs at this moment, drawn again at most ten times a second.
 *
 * @param earlier - looks up what an earlier run of the same took. It is asked once, of a run that takes its time, and never throws.
 */
export function terminalOutput(
  stream: TerminalStream,
  detail: Detail,
  colors: Colors,
  earlier?: () => Promise<TimesTaken | undefined>,
): Output {
  const lines = new Lines(detail, colors, { columns: () => columnsOf(stream) })
  const live = new LiveLines(lines.fans, colors)
  const area = new LiveArea(stream)
  let held: string[] = []
  let drawnAt = Number.NEGATIVE_INFINITY
  let paused = false
  let lookUpAt = Number.POSITIVE_INFINITY
  const lookUp = (): void => {
    lookUpAt = Number.POSITIVE_INFINITY
    void earlier?.().then((times) => times && live.learn(times))
  }
  const write = (below: readonly string[]): void => {
    area.draw(held, below)
    held = []
  }
  const draw = (): void => {
    if (paused) return
    drawnAt = performance.now()
    if (drawnAt >= lookUpAt) lookUp()
    write(live.next({ columns: columnsOf(stream), rows: rowsOf(stream) }))
  }
  const timer = setInterval(draw, everyMs)
  timer.unref()
  return {
    event(said) {
      const event = contained(said)
      const staying = lines.of(event)
      live.event(event)
      if (event.kind === 'run.started') lookUpAt = performance.now() + lookUpAfterMs
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
