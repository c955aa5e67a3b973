import { ViridianError } from '../error.ts'
import type { Plugin } from '../plugin.ts'
import type { StepDefinition } from './definition.ts'

/** What to do where a run has taken another version of a step than there is now: neither way is open with this one. */
export const earlierRelease =
  'install the packages in the versions that the run was begun with, as the lock file of that day says, and give the command once more'

/** The steps that plugins brought, found by the name and version under which a journal holds them. */
export class Registry {
  readonly #steps = new Map<string, StepDefinition>()

  constructor(plugins: readonly Plugin[]) {
    for (const step of plugins.flatMap(({ steps = [] }) => steps))
      this.#steps.set(`${step.name}@${step.version}`, step)
  }

  /**
   * Refuses a step that no listed plugin brings, before it is taken: an undo from the journal would not find it.
   *
   * @throws ViridianError `E_PLUGIN_UNLISTED`
   */
  requireListed({ name, version }: { readonly name: string; readonly version: number }): void {
    if (this.#steps.has(`${name}@${version}`)) return
    const plugin = name.split('/')[0]
    throw new ViridianError(
      'E_PLUGIN_UNLISTED',
      `the task uses the plugin ${plugin}, which the configuration does not list (step ${name})`,
      { hint: 'add it to "plugins" in the task file: what it does could not be undone otherwise' },
    )
  }

  /** @throws ViridianError `E_STEP_UNREGISTERED` */
  find(name: string, version: number): StepDefinition {
    const step = this.#steps.get(`${name}@${version}`)
    if (step) return step
    const other = [...this.#steps.values()].find((each) => each.name === name)
    if (other)
      throw new ViridianError(
        'E_STEP_UNREGISTERED',
        `the run has taken ${name}@${version}, and the plugin brings ${name}@${other.version}`,
        { hint: earlierRelease },
      )
    throw new ViridianError('E_STEP_UNREGISTERED', `no plugin brings the step ${name}@${version}`, {
      hint: 'list the plugin in the config\'s "plugins", in the version that the run used',
    })
  }
}
