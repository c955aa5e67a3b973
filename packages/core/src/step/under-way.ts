import { formatDuration, parseTimer } from '../duration.ts'
import { ViridianError } from '../error.ts'
import { timeLimited } from '../remote/running/time-limit.ts'

const generous = '2h'

/** The undo that is under way: for a time of its own, after which the next one is taken, or until it is given up. */
export class UndoUnderWay {
  #current: AbortController | undefined
  #isVain: ViridianError | undefined

  /**
   * @param limit - @default '2h'
   * @throws ViridianError `E_UNDO_TIMEOUT` when it is over; what comes of it later counts no more
   */
  async take<Value>(
    title: string,
    limit: number | string = generous,
    body: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    if (this.#isVain) throw this.#isVain
    const ms = parseTimer(limit, `the undo of "${title}"`)
    const current = new AbortController()
    const end = (): void => current.abort(late(title, ms))
    // By itself it keeps no process: where nothing else is left to wait for, that is found at once.
    const timer = setTimeout(end, ms).unref()
    this.#current = current
    try {
      return await timeLimited(undefined, current.signal, end, (signal = current.signal) => body(signal))
    } finally {
      clearTimeout(timer)
      this.#current = undefined
    }
  }

  /** Fails it for this reason, and all that are still to be taken. */
  giveUpAll(reason: ViridianError): void {
    this.#isVain = reason
    this.giveUp(reason)
  }

  /** Fails it for this reason; false when none is under way. */
  giveUp(reason: ViridianError): boolean {
    const { signal } = this.#current ?? {}
    if (!signal || signal.aborted) return false
    this.#current?.abort(reason)
    return true
  }
}

const late = (title: string, ms: number): ViridianError =>
  new ViridianError('E_UNDO_TIMEOUT', `the undo of "${title}" has not ended after ${formatDuration(ms)}`, {
    hint: 'see what it waits for, and give "tasks rollback" once more',
  })
