import type { ChildProcess } from 'node:child_process'
import { RehearsedCloud, type Subject } from '../breaks/rehearsed-cloud.ts'
import { type CloudStatus, ended, type JsonEvent, onLine, type Project } from '../project.ts'

/** A command that does not end in this time hangs. */
const patienceMs = 90_000

export interface Deployment {
  readonly release: string
  /** The way back is kept open until somebody ends it. */
  readonly keep?: boolean
  readonly whenKept?: (child: ChildProcess) => Promise<void>
  readonly whenStarted?: (child: ChildProcess) => Promise<void>
}

/** What a command came to. */
export interface Ending {
  /** null: it was killed. */
  readonly exitCode: number | null
  readonly hung: boolean
  readonly run: string | undefined
  readonly committed: boolean
  /** The command that finishes it, without `tasks`. */
  readonly remedy: readonly string[] | undefined
  readonly error: string | undefined
}

/** A fleet to break, and the commands that a person would give. */
export class World extends RehearsedCloud {
  readonly subject: Subject

  private constructor(subject: Subject, ...opened: [Project, CloudStatus, ChildProcess]) {
    super(...opened)
    this.subject = subject
  }

  static async open(subject: Subject): Promise<World> {
    return new World(subject, ...(await RehearsedCloud.opened(subject)))
  }

  deploy({ release, keep = false, whenKept, whenStarted }: Deployment): Promise<Ending> {
    const flags = keep ? ['--keep-blue', '10m'] : []
    return this.command(['run', this.subject.task, '--release', release, ...flags], { whenKept, whenStarted })
  }

  async command(
    args: readonly string[],
    { whenKept, whenStarted }: Partial<Pick<Deployment, 'whenKept' | 'whenStarted'>> | Reactions = {},
  ): Promise<Ending> {
    const child = this.project.start([...args, '--json'])
    const events: JsonEvent[] = []
    const reactions: Promise<void>[] = []
    if (whenStarted) reactions.push(whenStarted(child))
    onLine(child, (line) => {
      const event: JsonEvent = JSON.parse(line)
      events.push(event)
      if (event.kind === 'kept' && whenKept) reactions.push(whenKept(child))
    })
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      child.kill('SIGKILL')
    }, patienceMs)
    const { exitCode, stderr } = await ended(child)
    clearTimeout(timer)
    await Promise.all(reactions)
    const finished = events.findLast(({ kind }) => kind === 'run.finished')
    const error = finished?.error
    return {
      exitCode,
      hung,
      run: textOf(events.find(({ kind }) => kind === 'run.started')?.run),
      committed: events.some(({ kind }) => kind === 'committed'),
      remedy: textOf(finished?.remedy)?.split(' ').slice(1),
      error: error === undefined ? stderr || undefined : JSON.stringify(error),
    }
  }
}

interface Reactions {
  readonly whenKept?: Deployment['whenKept'] | undefined
  readonly whenStarted?: Deployment['whenStarted'] | undefined
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
