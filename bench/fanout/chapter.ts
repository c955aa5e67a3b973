import type { Field } from './field.ts'

export interface Plan {
  readonly rounds: number
  /** Numbers of hosts. */
  readonly sizes: readonly number[]
  /** Left out: all. */
  readonly chapters: readonly string[] | undefined
}

/** One comparison: its lines of Markdown. */
export type Chapter = (field: Field, plan: Plan, say: (text: string) => void) => Promise<string[]>
