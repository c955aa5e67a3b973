import { createLogUpdate } from 'log-update'
import type { Event } from '../events/event.ts'
import type { Colors } from './colors.ts'
import { elapsed } from './elapsed.ts'
import { Lines } from './lines.ts'
import type { Detail, Output } from './output.ts'
import { readerOf } from './reader.ts'

interface Running {
  readonly title: string
  readonly since: number
  progress: string
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const everyMs = 100
const mostLines = 12

/** Lines that stay, and below them what runs at this moment, drawn again ten times a second. */
export function terminalOutput(stream: NodeJS.WriteStream, detail: Detail, colors: Colors): Output {
  const lines = new Lines(detail, colors)
  const live = createLogUpdate(stream)
  const running = new Map<string, Running>()
  let frame = 0
  let paused = false
  const draw = (): void => {
    if (paused) return
    frame += 1
    const shown = [...running.values()].slice(-mostLines).map((step) => {
      const aside = step.progress === '' ? '' : colors.dim(` — ${step.progress}`)
      const text = `${colors.cyan(frames[frame % frames.length] ?? '')} ${step.title} ${colors.dim(elapsed(performance.now() - step.since))}${aside}`
      return fit(text, stream.columns)
    })
    if (shown.length === 0) live.clear()
    else live(shown.join('\n'))
  }
  const timer = setInterval(draw, everyMs)
  timer.unref()
  return {
    event(event) {
      follow(running, event)
      const staying = lines.of(event)
      if (staying.length === 0) return
      live.clear()
      stream.write(`${staying.join('\n')}\n`)
      draw()
    },
    caughtUp: readerOf(stream),
    async ask(question) {
      paused = true
      live.clear()
      // Shows the cursor again.
      live.done()
      try {
        return await question()
      } finally {
        paused = false
      }
    },
    close() {
      clearInterval(timer)
      live.clear()
      live.done()
    },
  }
}

function follow(running: Map<string, Running>, event: Event): void {
  if (event.kind === 'step.started' && event.type !== 'move' && event.type !== 'task') {
    running.set(event.key, { title: event.title, since: performance.now(), progress: '' })
  } else if (event.kind === 'host.started') {
    running.set(event.key, { title: event.host, since: performance.now(), progress: '' })
  } else if (event.kind === 'step.progress') {
    const step = running.get(event.key)
    if (step) step.progress = event.text
  } else if (event.kind === 'host.output') {
    const host = running.get(event.key)
    if (host) host.progress = event.line
  } else if (
    event.kind === 'step.finished' ||
    event.kind === 'step.failed' ||
    event.kind === 'host.finished'
  ) {
    running.delete(event.key)
  } else if (event.kind === 'run.finished') {
    running.clear()
  }
}

// Colour codes take no room on the screen; a line that wraps would leave traces behind.
const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

function fit(text: string, columns: number): string {
  const visible = text.replaceAll(escapes, '')
  return visible.length < columns ? text : `${visible.slice(0, columns - 2)}…`
}
