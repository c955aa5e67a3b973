import { isViridianError, ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import { secretsAmong } from '../run/secret-args.ts'
import { type ArgSpecs, type ArgValues, flagOf, parseArgs, revisableAmong } from '../task/args.ts'
import type { Project } from './project.ts'
import { recalledSecrets } from './secret-flags.ts'

/** As the run began with them, but for those that are said anew. */
export async function resumedArgs(
  project: Project,
  history: RunHistory,
  specs: ArgSpecs,
  given: Readonly<Record<string, unknown>>,
): Promise<ArgValues<ArgSpecs>> {
  const { started } = history
  const secrets = secretsAmong(specs).map(([name]) => name)
  const revisable = revisableAmong(specs).map(([name]) => name)
  const stranger = Object.keys(given).find((name) => ![...secrets, ...revisable].includes(name))
  if (stranger !== undefined)
    throw new ViridianError('E_USAGE', `a resume of ${started.task} takes no --${flagOf(stranger)}`, {
      hint: `${started.task} goes on with what run ${started.run} began with`,
    })
  const recorded = Object.entries(started.args).filter(
    ([name, value]) => value !== null && !secrets.includes(name),
  )
  const revised = Object.entries(given).filter(([name]) => revisable.includes(name))
  const { defaults = {} } = project.loaded.config.stages?.[started.stage] ?? {}
  const recalled = await recalledSecrets(started, specs, [given, defaults])
  const all = { ...Object.fromEntries(recorded), ...recalled }
  const asBegun = asItIsNow(history, () => parseArgs(started.task, specs, all))
  if (revised.length === 0) return asBegun
  return parseArgs(started.task, specs, { ...all, ...Object.fromEntries(revised) })
}

/** Of a run, no flag can say what its task file wants by now. */
export function asItIsNow<Value>({ started, committed }: RunHistory, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!isViridianError(error) || !/^E_(?:ARG_\w+|TASK_UNKNOWN)$/.test(error.code)) throw error
    const back = committed ? '' : `; or "tasks rollback ${started.run}" takes back what it made`
    throw new ViridianError(
      'E_RUN_TASK',
      `run ${started.run} cannot go on by what the task file says now: ${error.message}`,
      { hint: `have it take what the run began with, and resume it${back}` },
    )
  }
}
