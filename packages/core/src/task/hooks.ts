import type { ArgSpecs } from './args.ts'
import type { TaskContext } from './context.ts'

/**
 * What happens around a task, once for each call of it, however it is called. A remote task's hooks run where `tasks` runs,
 * not on its hosts. What they do goes through `t`, as in the task itself: it is planned, recorded and undone with the rest.
 *
 * @example
 * ```ts
 * const deploy = task({
 *   hooks: {
 *     before: async (t) => { await t.$`./announce.sh ${t.runId}` },
 *     onFailure: async (t, error) => { await t.$`./page.sh ${t.runId} ${reportOf(error).message}` },
 *   },
 * }, async (t) => {
 *   await t.run(restart)
 * })
 * ```
 */
export interface Hooks<Specs extends ArgSpecs = ArgSpecs> {
  /** Before the task's function; when it fails, the task has failed, and its function is not called. */
  before?(t: TaskContext<Specs>): Promise<unknown>
  /** After the task's function has done its work; when it fails, the task has failed. */
  after?(t: TaskContext<Specs>): Promise<unknown>
  /**
   * When the task has failed or was interrupted, and before anything is undone: for a message, or a look at the hosts. It
   * has a minute, and its own failure changes nothing: it is told, and the run is undone. A run that was killed calls none.
   *
   * @param error - what has stopped the run
   */
  onFailure?(t: TaskContext<Specs>, error: unknown): Promise<unknown>
}
