import type { CheckLine } from '../doctor/report.ts'
import { type CheckView, checkLines, checkSummary } from './check-lines.ts'
import { LiveArea, type TerminalStream } from './live-area.ts'

/** What the doctor tells a person, group by group; on a terminal with a last line that says what is looked at now. */
export class CheckReport {
  readonly #stream: TerminalStream
  readonly #view: CheckView
  readonly #area: LiveArea | undefined

  /** @param isLive - the stream is a terminal that can be drawn on */
  constructor(stream: TerminalStream, view: CheckView, isLive: boolean) {
    this.#stream = stream
    this.#view = view
    this.#area = isLive ? new LiveArea(stream) : undefined
  }

  begin(group: string): void {
    this.#area?.draw([], [this.#view.colors.dim(`… ${group}`)])
  }

  tell(group: string, lines: readonly CheckLine[]): void {
    this.#write(checkLines(group, lines, this.#view))
  }

  end(told: readonly CheckLine[], ms: number): void {
    this.#write(checkSummary(told, ms, this.#view))
  }

  /** Takes away the line of what is looked at: somebody else writes, or nothing follows. */
  clear(): void {
    this.#area?.draw([], [])
  }

  #write(lines: readonly string[]): void {
    if (this.#area) this.#area.draw(lines, [])
    else for (const line of lines) this.#stream.write(`${line}\n`)
  }
}
