import { elapsed } from '../duration.ts'
import type { ErrorReport } from '../error.ts'
import type { Event } from '../events/event.ts'
import { hostNames } from '../remote/hosts/host-names.ts'
import { leaveOf } from '../run/run-state.ts'
import { inOneLine } from '../shortened.ts'
import type { Colors } from './colors.ts'
import { errorLines } from './error-lines.ts'
import { Fans } from './fan.ts'
import { fanHead, fanLines } from './fan-lines.ts'
import { commandsWhere } from './lasting-words.ts'
import { leftoverLines } from './leftover-lines.ts'
import type { Detail } from './output.ts'
import { thingsText } from './things-text.ts'
import { TimeLine } from './time-line.ts'

type Finished = Extract<Event, { kind: 'run.finished' }>

/** Turns events into the lines that stay on a person's screen; the same for a terminal and for a log. */
export class Lines {
  readonly #detail: Detail
  readonly #colors: Colors
  readonly #timeLine = new TimeLine()
  readonly #depths = new Map<string, number>()
  /** Moves and tasks, lines with others below them: their short names. */
  readonly #heads = new Map<string, string>()
  /** The one that a reader takes the next line to belong to. */
  #current: string | undefined
  /** The tasks that are on their hosts now. */
  readonly fans = new Fans()
  readonly #folds: boolean
  readonly #screen: { columns(): number } | undefined
  readonly #atEnd: string[] = []
  readonly #planned = new Map<string, string>()
  #planning = false
  #done = 'done in'

  /**
   * @param screen - where they are read as they come: there, what many hosts say is told when all have ended, each answer
   * once, and not as it comes
   */
  constructor(detail: Detail, colors: Colors, screen?: { columns(): number }) {
    this.#detail = detail
    this.#colors = colors
    this.#screen = screen
    this.#folds = screen !== undefined && !detail.verbose
  }

  /** @param event - its texts contained */
  of(given: Event): string[] {
    const event = titledInOneLine(given)
    this.#timeLine.event(event)
    this.fans.event(event)
    if (event.kind === 'run.finished') return this.#end(event)
    if (event.kind === 'plugin' && event.event.atEnd) {
      this.#atEnd.push('', ...(event.event.text ?? []))
      return []
    }
    if (!this.#detail.quiet) return this.#during(event)
    if (event.kind === 'hosts.finished') this.fans.take(event.key)
    return []
  }

  #during(event: Exclude<Event, Finished>): string[] {
    const { bold, dim, yellow, red, green, cyan } = this.#colors
    switch (event.kind) {
      case 'run.started':
        this.#planning = event.mode === 'plan'
        if (event.mode === 'rollback') this.#done = 'taken back in'
        return [`${bold(event.task)} ${dim(`· ${event.mode} · stage ${event.stage} · run ${event.run}`)}`, '']
      case 'step.started':
        return this.#begun(event)
      case 'step.finished':
        return this.#finished(event)
      case 'step.failed': {
        const stopped = event.error.code === 'E_RUN_STOPPED'
        const mark = stopped ? dim('–') : red('✗')
        return [
          `${this.#place(event)}${mark} ${event.title}  ${dim(stopped ? 'stopped' : elapsed(event.ms))}`,
        ]
      }
      case 'host.command':
        return event.planned || this.#detail.verbose ? this.#command(event) : []
      case 'host.output':
        return this.#isFolded(event)
          ? []
          : [`${this.#indent(event.key)}${cyan(event.host)} ${dim('│')} ${event.line}`]
      case 'hosts.started':
        return event.names
          ? [
              `${this.#indent(`${event.key}/`)}${dim(`on ${event.hosts === 1 ? '' : `${event.hosts} hosts: `}${hostNames(event.names)}`)}`,
            ]
          : []
      case 'hosts.finished':
        return this.#fanned(event.key, event.ms)
      case 'host.finished':
        return event.error && !this.#isFolded(event)
          ? [`${this.#indent(event.key)}${red('✗')} ${event.host}  ${dim(elapsed(event.ms))}`]
          : []
      case 'local.output':
        return [`${this.#indent(event.key)}${dim('│')} ${event.line}`]
      case 'note':
        return [event.level === 'warning' ? yellow(`! ${event.text}`) : `${dim('·')} ${event.text}`]
      case 'kept':
        return [
          `${green('●')} ${bold('kept')} ${dim(`— until ${event.until} both ways are open:`)} tasks rollback ${event.run} ${dim('goes back, from any terminal')}`,
        ]
      case 'committed':
        return [`${green('●')} ${bold('committed')} ${dim('— from here on the way is forward only')}`]
      case 'undo.started':
        return [
          ...(event.reason ? ['', ...this.#error(event.reason), ''] : []),
          bold(`Putting everything back (${event.steps} ${event.steps === 1 ? 'step' : 'steps'})`),
        ]
      case 'undo.step':
        return this.#undone(event)
      case 'leftovers.found':
        return leftoverLines(event.leftovers, this.#colors)
      case 'plugin':
        return this.#detail.verbose || event.event.text ? [...(event.event.text ?? [])] : []
      default:
        return []
    }
  }

  #isFolded(event: { readonly parent?: string }): boolean {
    return this.#folds && this.fans.of(event)?.isMany === true
  }

  #fanned(key: string, ms?: number): string[] {
    const fan = this.fans.take(key)
    if (!fan?.isMany || this.#planning) return []
    const indent = this.#indent(`${key}/`)
    const lines = [fanHead(fan, ms, this.#colors), ...(this.#folds ? fanLines(fan, this.#colors) : [])]
    return lines.map((line) => `${indent}${line}`)
  }

  /** What is not told yet, for a run that ends at once. */
  rest(): string[] {
    return this.#detail.quiet ? [] : this.fans.open.flatMap(({ key }) => this.#fanned(key))
  }

  #begun(event: Extract<Event, { kind: 'step.started' }>): string[] {
    this.#depths.set(event.key, event.parent === undefined ? 0 : (this.#depths.get(event.parent) ?? 0) + 1)
    if (event.type !== 'move' && event.type !== 'task') return []
    this.#heads.set(event.key, event.step)
    this.#current = event.key
    return [`${this.#indent(event.key)}${this.#colors.dim('▸')} ${event.title}`]
  }

  #finished(event: Extract<Event, { kind: 'step.finished' }>): string[] {
    const { dim, green, yellow } = this.#colors
    const start = this.#place(event)
    const details = (event.details ?? []).map((line) => `${this.#indent(event.key)}  ${dim(line)}`)
    if (event.outcome === 'planned') return [`${start}${yellow('○')} ${event.title}`, ...details]
    if (this.#planning)
      return this.#heads.has(event.key) ? [] : [`${start}${green('✓')} ${event.title}`, ...details]
    const aside = event.outcome === 'done' ? '' : ` ${dim(`(${event.outcome})`)}`
    return [`${start}${green('✓')} ${event.title}${aside}  ${dim(elapsed(event.ms))}`]
  }

  /** The indent of a finished line, and which group it belongs to where that is not the one above it. */
  #place({ key, parent }: { key: string; parent?: string }): string {
    const indent = this.#indent(key)
    if (this.#heads.has(key)) {
      if (this.#current === key) this.#current = parent
      return indent
    }
    const stray = parent !== undefined && parent !== this.#current ? this.#heads.get(parent) : undefined
    return stray === undefined ? indent : `${indent}${this.#colors.dim(`${stray} ›`)} `
  }

  /** In a plan every host of a role is told the same: a command is listed once. */
  #command(event: Extract<Event, { kind: 'host.command' }>): string[] {
    const line = `${this.#indent(event.key)}${this.#colors.dim(event.planned ? `$ ${event.command}` : `${event.host} $ ${event.command}`)}`
    const known = `${event.parent} ${event.command}`
    if (event.planned && this.#planned.has(known)) return []
    this.#planned.set(known, event.host)
    return [line]
  }

  #undone(event: Extract<Event, { kind: 'undo.step' }>): string[] {
    const { dim, red, yellow, green } = this.#colors
    const marks = {
      undone: green('↺'),
      'left-alone': yellow('~'),
      'not-made': dim('–'),
      failed: red('✗'),
      blocked: yellow('■'),
    }
    const heading = event.outcome === 'left-alone' ? 'left alone: ' : ''
    const aside = event.note ? dim(` (${heading}${event.note})`) : ''
    const line = `  ${marks[event.outcome]} undo: ${event.title}${aside}  ${dim(elapsed(event.ms))}`
    return event.error ? [line, ...this.#error(event.error).map((text) => `    ${text}`)] : [line]
  }

  #indent(key: string): string {
    const known = this.#depths.get(key)
    const parent = key.slice(0, key.lastIndexOf('/'))
    return '  '.repeat(known ?? (this.#depths.get(parent) ?? -1) + 1)
  }

  #end(event: Finished): string[] {
    const { bold, dim, green, red } = this.#colors
    const indent = '  '
    // A terminal wraps what fills its last column.
    const columns = (this.#screen?.columns() ?? Number.POSITIVE_INFINITY) - indent.length - 1
    const timeLine = this.#planning || this.#detail.quiet ? [] : this.#timeLine.lines(columns)
    const lines = this.rest()
    if (timeLine.length > 0) lines.push('', bold('Time line'), ...timeLine.map((line) => `${indent}${line}`))
    lines.push(...this.#atEnd, '')
    if (event.status === 'kept') return [...lines, ...this.#keptEnd(event)]
    if (event.status === 'left') return this.#leftEnd(event)
    if (event.status === 'succeeded') {
      const said = this.#planning
        ? 'planned: nothing was changed'
        : `${this.#done} ${elapsed(event.ms)}${exceptFor(event)}`
      lines.push(`${green('✓')} ${bold(event.task)} ${said} ${dim(`· run ${event.run}`)}`)
      const heading =
        event.remedy === undefined ? 'held still, and no step has given it back' : 'left for inspection'
      return [...lines, ...this.#left(event, heading)]
    }
    if (event.error?.code === 'E_RUN_TAKEN_OVER')
      return [
        ...lines,
        `${bold(event.task)} handed over ${dim(`· run ${event.run}`)}`,
        '',
        ...this.#error(event.error),
      ]
    lines.push(
      `${red('✗')} ${bold(event.task)} ${event.status} after ${elapsed(event.ms)}, ${this.#remains(event)} ${dim(`· run ${event.run}`)}`,
    )
    lines.push(...this.#left(event))
    return event.error ? [...lines, '', ...this.#error(event.error)] : lines
  }

  #remains(event: Finished): string {
    if (this.#planning) return 'nothing was changed'
    return event.leftovers.length > 0 ? 'and something is left:' : `nothing of it is left${exceptFor(event)}`
  }

  #left({ leftovers, remedy, run, status, stays = [] }: Finished, heading?: string): string[] {
    const { red, bold, dim } = this.#colors
    return [
      ...(heading !== undefined && leftovers.length > 0 ? [`${heading}:`] : []),
      ...leftovers.map((left) => `  ${red('-')} ${left}`),
      ...(remedy === undefined ? [] : [`  finish it with: ${bold(remedy)}`]),
      ...(remedy === undefined || status === 'succeeded' ? [] : [`  or end it as it is: ${leaveOf(run)}`]),
      ...(stays.length === 0 ? [] : [dim(`  made by it, and to stay: ${thingsText(stays)}`)]),
    ]
  }

  /** A person has decided. */
  #leftEnd({ task, run, leftovers, remedy }: Finished): string[] {
    const { bold, dim } = this.#colors
    return [
      `${bold(task)} is over, and stays as it is ${dim(`· run ${run}`)}`,
      ...leftovers.map((left) => `  - ${left}`),
      ...(remedy === undefined ? [] : [`  what of it is held or used by nobody: ${bold(remedy)}`]),
    ]
  }

  /** Detached: what happens next is up to a person. */
  #keptEnd({ task, run, ms }: Finished): string[] {
    const { bold, dim, green } = this.#colors
    return [
      `${green('●')} ${bold(task)} deployed in ${elapsed(ms)}, and kept: both ways are open ${dim(`· run ${run}`)}`,
      `  go back with: ${bold(`tasks rollback ${run}`)}`,
      `  finish it with: ${bold(`tasks resume ${run}`)} ${dim('(at once; until then both stay)')}`,
    ]
  }

  #error(error: ErrorReport): string[] {
    return errorLines(error, this.#colors)
  }
}

/** A step is a line: a command of several is shown in one. */
const titledInOneLine = <Given extends Event>(event: Given): Given =>
  'title' in event && event.title.includes('\n') ? { ...event, title: inOneLine(event.title) } : event

const exceptFor = ({ lasting }: Finished): string => (lasting ? ` but ${commandsWhere(lasting)}` : '')
