import { isDeepStrictEqual } from 'node:util'
import { loadPlugin } from '../config/load-plugin.ts'
import type { RecordOf } from '../journal/record.ts'
import type { Plugin } from '../plugin.ts'
import { restoredEnv } from '../run/recorded-env.ts'
import { pluginsOf } from '../run/stage.ts'
import type { Project } from './project.ts'

/**
 * The project as a run's journal knows it: what takes a run back needs no task file, and is not bent by what became of it.
 *
 * @throws ViridianError `E_PLUGIN_MISSING`, `E_STAGE_ENV`
 */
export async function recordedProject(project: Project, started: RecordOf<'run.started'>): Promise<Project> {
  const { config, directory } = project
  const stage = config?.stages?.[started.stage] ?? {}
  const known: readonly Plugin[] = config ? pluginsOf(config, stage) : []
  const plugins: Plugin[] = []
  for (const recorded of started.plugins) {
    const { name, module, settings } = recorded
    // The task file's own may have more than settings hold: such as the local cloud's traffic.
    const same = known.find(
      (each) => each.name === name && each.module === module && isDeepStrictEqual(each.settings, settings),
    )
    plugins.push(same ?? (await loadPlugin(recorded, directory)))
  }
  const env = started.env
    ? restoredEnv(started.env, [stage.env ?? {}, process.env], started.stage)
    : (stage.env ?? {})
  return project.withConfig({ plugins, tasks: {}, stages: { [started.stage]: { env } } })
}
