import type { StepDefinition } from './definition.ts'

/**
 * The part of a task's `t` that plugins' methods are built on.
 *
 * @example
 * ```ts
 * const attach = (t: Steps, blue: Fleet, green: Instance[]) =>
 *   t.move({ name: 'attach', title: `attach ${green.length} instances to ${blue.name}` }, async (t) => {
 *     for (const { id } of green) await t.step(attachInstances, { group: blue.name, ids: [id] })
 *   })
 * ```
 */
export interface Steps {
  /** The id of the run, for the tags and names of what a step makes. */
  readonly runId: string
  /** Who began the run, and where: `ada@laptop`. */
  readonly by: string
  /**
   * Takes one step: journals its intent, runs it, journals its outcome. In a plan it only says what it would do;
   * in a resumed run a recorded outcome is given back.
   *
   * @throws ViridianError the step's failure; from then on no further step starts, and the run is undone, also when it is caught
   */
  step<Input, Before, Output>(
    definition: StepDefinition<Input, Before, Output>,
    input: Input,
  ): Promise<Output>
  /**
   * A move of several steps under one line. It opens a scope of its own when it is called, so that moves may run
   * side by side. Its steps are undone one by one.
   */
  move<Result>(move: Move, body: (t: Steps) => Promise<Result>): Promise<Result>
}

/** What a move of several steps is called, by programs and by people. */
export interface Move {
  /** Part of the identity of the steps inside: stable, `launch`, `attach`. */
  readonly name: string
  /** One line for people. */
  readonly title: string
}
