import { ViridianError } from '../error.ts'
import type { Plugin } from '../plugin.ts'
import type { StepDefinition } from './definition.ts'

/** The steps that plugins brought, found by the name and version under which a journal holds them. */
export class Registry {
  readonly #steps = new Map<string, StepDefinition>()

  constructor(plugins: readonly Plugin[]) {
    for (const step of plugins.flatMap(({ steps = [] }) => steps))
      this.#steps.set(`${step.name}@${step.version}`, step)
  }

  /** @throws ViridianError `E_STEP_UNREGISTERED` */
  find(name: string, version: number): StepDefinition {
    const step = this.#steps.get(`${name}@${version}`)
    if (step) return step
    throw new ViridianError('E_STEP_UNREGISTERED', `no plugin brings the step ${name}@${version}`, {
      hint: 'list the plugin in the config\'s "plugins", in the version that the run used',
    })
  }
}
