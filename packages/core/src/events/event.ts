import type { ErrorReport } from '../error.ts'
import type { Stay } from '../gc/stay.ts'
import type { Lasting } from './lasting.ts'
import type { PluginEvent } from './plugin-event.ts'

/** `kept`: all is done but what follows the keep window, and both ways are open. */
export type RunStatus = 'succeeded' | 'failed' | 'cancelled' | 'kept' | 'left'

export interface StepEvent {
  /** Unique in the run; the journal's key of the step. */
  readonly key: string
  /** The key of the move, branch or task call that it belongs to; none at the top. */
  readonly parent?: string
}

/** Something that `tasks gc` has found, and what becomes of it. */
export interface FoundLeftover {
  /** `image`, `load balancer`. */
  readonly kind: string
  /** As steps name what they touch: `image/ami-1`. */
  readonly thing: string
  /** In words: `image ami-1 of web`. */
  readonly title: string
  /** The run that has made it. */
  readonly run: string
  /** How old it is, in milliseconds. */
  readonly ageMs: number
  /** Why it stays; nothing for what may be removed. */
  readonly stays?: Stay
}

/** Everything that a run says of itself. Terminal, plain lines, JSON lines and reports are formatters of it. */
export type Event =
  | {
      kind: 'run.started'
      run: string
      task: string
      stage: string
      at: string
      args: Readonly<Record<string, unknown>>
      mode: 'run' | 'plan' | 'resume' | 'rollback'
    }
  | ({
      kind: 'step.started'
      step: string
      type: 'read' | 'check' | 'change' | 'move' | 'task' | 'command'
      title: string
      at: string
    } & StepEvent)
  | ({ kind: 'step.progress'; text: string } & StepEvent)
  | ({
      kind: 'step.finished'
      step: string
      title: string
      at: string
      ms: number
      outcome: 'done' | 'found' | 'replayed' | 'planned'
      /** In a plan: what its approver wants to know besides, a line each. */
      details?: readonly string[]
    } & StepEvent)
  | ({
      kind: 'step.failed'
      step: string
      title: string
      at: string
      ms: number
      error: ErrorReport
    } & StepEvent)
  /** A task begins on all hosts of its role; each host's own events have this one's key as their parent. */
  | {
      kind: 'hosts.started'
      key: string
      task: string
      hosts: number
      /** In a plan: which. */
      names?: readonly string[]
      at: string
    }
  | { kind: 'hosts.finished'; key: string; task: string; hosts: number; at: string; ms: number }
  | ({ kind: 'host.started'; host: string; at: string } & StepEvent)
  | ({ kind: 'host.command'; host: string; command: string; planned: boolean } & StepEvent)
  | ({ kind: 'host.output'; host: string; stream: 'stdout' | 'stderr'; line: string } & StepEvent)
  | ({ kind: 'host.finished'; host: string; at: string; ms: number; error?: ErrorReport } & StepEvent)
  | { kind: 'local.output'; stream: 'stdout' | 'stderr'; line: string; key: string }
  | { kind: 'note'; text: string; level: 'info' | 'warning' }
  | { kind: 'kept'; until: string; at: string; run: string }
  | { kind: 'committed'; at: string }
  | { kind: 'undo.started'; reason?: ErrorReport; steps: number; at: string }
  | {
      kind: 'undo.step'
      key: string
      title: string
      /** `not-made`: begun, and found never to have been made. */
      outcome: 'undone' | 'left-alone' | 'not-made' | 'failed' | 'blocked'
      at: string
      ms: number
      note?: string
      error?: ErrorReport
    }
  /** In the order in which they are removed. */
  | { kind: 'leftovers.found'; leftovers: FoundLeftover[] }
  | { kind: 'plugin'; event: PluginEvent }
  | {
      kind: 'run.finished'
      run: string
      task: string
      status: RunStatus
      exitCode: number
      error?: ErrorReport
      leftovers: string[]
      /** Where commands did what is not taken back, of a run that failed or was taken back. */
      lasting?: Lasting
      /** Of a run that has failed behind its commit: what it has made, which is to stay. */
      stays?: readonly string[]
      /** The command that finishes what is left. */
      remedy?: string
      at: string
      ms: number
    }
