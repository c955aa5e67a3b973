import type { Event } from '../events/event.ts'
import type { Output } from './output.ts'

// Remote commands wait with their output from here on.
const most = 1_000

/** An output that does not talk into what a person is busy with: what is said meanwhile comes afterwards. */
export function heldWhileAsked(output: Output): Output {
  let questions = 0
  let held: Event[] = []
  let waiting: { readonly freed: Promise<void>; readonly free: () => void } | undefined
  const release = (): void => {
    const late = held
    held = []
    for (const event of late) output.event(event)
    waiting?.free()
    waiting = undefined
  }
  return {
    event: (event) => {
      if (questions > 0) held.push(event)
      else output.event(event)
    },
    caughtUp: () => {
      if (held.length < most) return output.caughtUp()
      waiting ??= promised()
      return waiting.freed
    },
    async ask(question) {
      questions += 1
      try {
        return await output.ask(question)
      } finally {
        questions -= 1
        if (questions === 0) release()
      }
    },
    close() {
      release()
      output.close()
    },
  }
}

function promised(): { freed: Promise<void>; free: () => void } {
  let free: () => void = () => undefined
  const freed = new Promise<void>((resolve) => {
    free = resolve
  })
  return { freed, free }
}
