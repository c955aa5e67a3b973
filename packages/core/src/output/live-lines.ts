import { elapsed } from '../duration.ts'
import type { Event } from '../events/event.ts'
import type { TimesTaken } from '../journal/times-taken.ts'
import { hostNames } from '../remote/hosts/host-names.ts'
import type { Colors } from './colors.ts'
import { Expected, timeOf } from './expected.ts'
import type { Fan, Fans, RunningHost } from './fan.ts'
import { cut, padEnd, widthOf } from './width.ts'

interface Step {
  readonly title: string
  readonly since: number
  /** By which it is known how long it is expected to take. */
  readonly key?: string
  progress: string
}

export interface Room {
  readonly columns: number
  readonly rows: number
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const mostLines = 12
const hostsShown = 5
const barWidth = 20
const widestName = 32
const leastTitle = 8
/** So long nothing was said, until it is told what goes on without a step or a host of its own. */
const silentMs = 500

/** What runs at this moment, in as many lines as there is room for. */
export class LiveLines {
  readonly #fans: Fans
  readonly #colors: Colors
  readonly #steps = new Map<string, Step>()
  /** Moves and tasks: the steps and hosts below them tell how far they are, while there are some. */
  readonly #heads = new Map<string, Step>()
  readonly #expected = new Expected()
  /** The run itself, until it goes back. */
  #run: { readonly task: string; readonly since: number } | undefined
  #undo: { readonly steps: number; readonly since: number; taken: number } | undefined
  #changedAt = 0
  #frame = 0

  constructor(fans: Fans, colors: Colors) {
    this.#fans = fans
    this.#colors = colors
  }

  event(event: Event): void {
    const { kind } = event
    this.#expected.event(event)
    if (kind === 'run.started' && event.mode !== 'rollback')
      this.#run = { task: event.task, since: performance.now() }
    if (kind === 'step.started') {
      const open = event.type === 'move' || event.type === 'task' ? this.#heads : this.#steps
      open.set(event.key, { key: event.key, title: event.title, since: performance.now(), progress: '' })
    } else if (kind === 'step.progress') {
      const step = this.#steps.get(event.key)
      if (step) step.progress = event.text
    } else if (kind === 'step.finished' || kind === 'step.failed') {
      this.#steps.delete(event.key)
      this.#heads.delete(event.key)
    } else if (kind === 'run.finished') {
      this.#steps.clear()
      this.#heads.clear()
      this.#run = undefined
      this.#undo = undefined
    }
    if (kind === 'undo.started') {
      this.#heads.clear()
      this.#run = undefined
      this.#undo = { steps: event.steps, taken: 0, since: performance.now() }
    } else if (kind === 'undo.step' && this.#undo) {
      this.#undo.taken += 1
    }
    if (kind !== 'step.progress') this.#changedAt = performance.now()
  }

  /** @param times - what an earlier run of the same took */
  learn(times: TimesTaken): void {
    this.#expected.learn(times)
  }

  /** The lines of the next frame, each of which fits a row. */
  next({ columns, rows }: Room): string[] {
    this.#frame += 1
    // Below the last line stands the cursor, and something of what came before should be seen too.
    const most = Math.min(mostLines, Math.floor((rows * 2) / 3), rows - 1)
    if (most < 1) return []
    const fans = this.#fans.open
    const all = [
      ...[...this.#steps.values()].map((step) => this.#step(step, columns)),
      ...fans.flatMap((fan) => (fan.isMany ? this.#many(fan, columns) : this.#few(fan, columns))),
    ]
    if (all.length === 0) all.push(...this.#silent(columns))
    const run = this.#whole().slice(0, most - 1)
    const room = most - run.length
    // A fan's first line is its most important one, a step's the newest.
    const shown = fans.some(({ isMany }) => isMany) ? all.slice(-mostLines).slice(0, room) : all.slice(-room)
    return [...shown, ...run].map((line) => cut(line, columns - 1))
  }

  #silent(columns: number): string[] {
    if (performance.now() - this.#changedAt < silentMs) return []
    if (this.#undo) {
      const { steps, taken, since } = this.#undo
      return [this.#step({ title: `put back ${taken} of ${steps}`, since, progress: '' }, columns)]
    }
    const newest = [...this.#heads.values()].at(-1)
    return newest ? [this.#step(newest, columns)] : []
  }

  /** How far the run is, where that can be told, and no task on many hosts that is all of it tells it. */
  #whole(): string[] {
    const run = this.#run
    const expected = this.#expected.whole
    if (!run || expected === undefined) return []
    if (this.#fans.open.some(({ key, isMany }) => isMany && key === `/${run.task}#0`)) return []
    return [this.#colors.dim(`  ${run.task} ${timeOf(performance.now() - run.since, expected)}`)]
  }

  /** A long title is cut, so that the time is seen. */
  #step({ key, title, since, progress }: Step, columns: number): string {
    const { dim } = this.#colors
    const expected = key === undefined ? undefined : this.#expected.of(key)
    const time = timeOf(performance.now() - since, expected)
    const shown = cut(oneLine(title), Math.max(leastTitle, columns - widthOf(time) - 4))
    const aside = progress === '' ? '' : dim(` — ${oneLine(progress)}`)
    return `${this.#spinner()} ${shown} ${dim(time)}${aside}`
  }

  #few(fan: Fan, columns: number): string[] {
    return [...fan.running].map(([key, { host, since, last }]) =>
      this.#step({ key, title: host, since, progress: last }, columns),
    )
  }

  /** How far all hosts are, and those that take the longest. */
  #many(fan: Fan, columns: number): string[] {
    const { dim, red } = this.#colors
    const running = [...fan.running.values()].slice(0, hostsShown)
    const width = Math.min(widestName, Math.max(0, ...running.map(({ host }) => widthOf(host))))
    const failed = fan.failed > 0 ? [`  ${red('✗')} ${hostNames(fan.failures.map(({ name }) => name))}`] : []
    const more = fan.running.size - running.length
    return [
      this.#count(fan, columns),
      ...failed,
      ...running.map((host) => this.#host(host, width)),
      ...(more > 0 ? [dim(`  … and ${more} more`)] : []),
    ]
  }

  #host({ host, since, last }: RunningHost, width: number): string {
    const { cyan, dim } = this.#colors
    const time = elapsed(performance.now() - since).padStart(6)
    return oneLine(`  ${cyan(padEnd(cut(host, width), width))} ${dim(`${time} │ ${last}`)}`)
  }

  /** The most important first: a narrow terminal shows the beginning. */
  #count(fan: Fan, columns: number): string {
    const { bold, dim, red } = this.#colors
    const ended = fan.done + fan.failed
    const seconds = (performance.now() - fan.since) / 1000
    const rate = seconds < 1 ? 0 : ended / seconds
    const parts = [
      ...(fan.failed > 0 ? [red(`${fan.failed} failed`)] : []),
      `${fan.running.size} running`,
      ...(fan.waiting > 0 ? [`${fan.waiting} waiting`] : []),
      ...(rate >= 1 ? [dim(`${Math.round(rate)}/s`)] : []),
      dim(timeOf(seconds * 1000, this.#expected.of(fan.key))),
    ]
    const count = `${String(ended).padStart(String(fan.total).length)}/${fan.total}`
    const counts = `${bold(count)}  ${parts.join(dim(' · '))}`
    const room = columns - widthOf(counts) - widthOf(fan.task) - 6
    const bar = room < barWidth ? '' : `${this.#bar(fan)} `
    const task = room < 0 ? '' : `${fan.task} `
    return `${this.#spinner()} ${task}${bar}${counts}`
  }

  #bar({ done, failed, total }: Fan): string {
    const { green, red, dim } = this.#colors
    const cells = (count: number): number => Math.round((count * barWidth) / Math.max(1, total))
    const bad = failed > 0 ? Math.max(1, cells(failed)) : 0
    const good = Math.min(barWidth - bad, cells(done))
    return `${green('━'.repeat(good))}${red('━'.repeat(bad))}${dim('─'.repeat(barWidth - good - bad))}`
  }

  #spinner(): string {
    return this.#colors.cyan(frames[this.#frame % frames.length] ?? '')
  }
}

const oneLine = (text: string): string => text.replaceAll(/[\n\t]/g, ' ')
