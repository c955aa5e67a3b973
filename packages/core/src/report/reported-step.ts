import type { ErrorReport } from '../error.ts'
import type { RecordOf } from '../journal/record.ts'

/** What became of a step's undo. */
export interface ReportedUndo {
  readonly state: 'undone' | 'failed'
  readonly at: string
  /** What it left alone and why, or that there was nothing to undo. */
  readonly note: string | null
  readonly error: ErrorReport | null
}

/** A step as a journal tells of it. */
export interface ReportedStep {
  readonly key: string
  readonly type: RecordOf<'step.intended'>['type']
  readonly title: string
  readonly at: string
  /** `open`: begun, and what came of it is not on record. */
  readonly state: 'done' | 'failed' | 'open'
  /** It was looked up that it had been done. */
  readonly found: boolean
  readonly ended: string | null
  readonly ms: number | null
  /** How many processes have had it in hand. */
  readonly tries: number
  readonly error: ErrorReport | null
  /** What it has made, and is there while it is not undone. */
  readonly makes: readonly string[]
  readonly undo: ReportedUndo | null
}

/** A move, a branch, or a task, with the steps in it. */
export interface ReportedGroup {
  readonly key: string
  readonly title: string
  /** Of a task on hosts: those that it was called on. */
  readonly hosts: readonly string[] | null
  readonly steps: readonly ReportedNode[]
}

export type ReportedNode = ReportedStep | ReportedGroup

export const isGroup = (node: ReportedNode): node is ReportedGroup => 'steps' in node

/** All steps in the order of the tree. */
export const stepsIn = (nodes: readonly ReportedNode[]): readonly ReportedStep[] =>
  nodes.flatMap((node) => (isGroup(node) ? stepsIn(node.steps) : [node]))

/** From the first beginning to the last end, in milliseconds since 1970; what is open has none. */
export function spanOf(node: ReportedNode): { readonly from: number; readonly to: number | undefined } {
  const steps = stepsIn([node])
  const from = Math.min(...steps.map(({ at }) => Date.parse(at)))
  const ends = steps.map(({ ended }) => (ended === null ? Number.NaN : Date.parse(ended)))
  const to = Math.max(...ends)
  return { from, to: Number.isNaN(to) ? undefined : to }
}

/** Changes that are there: made, as far as is known, and not undone. */
export const isStanding = ({ type, state, undo }: ReportedStep): boolean =>
  type === 'change' && state === 'done' && undo?.state !== 'undone'
