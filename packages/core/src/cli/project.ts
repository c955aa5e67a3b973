import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'

/** The project that a command works in; a task file that cannot be loaded fails the commands that need it, not all. */
export class Project {
  readonly #loaded: LoadedConfig | undefined
  readonly #error: unknown
  readonly #from: string

  private constructor(from: string, loaded: LoadedConfig | undefined, error: unknown) {
    this.#from = from
    this.#loaded = loaded
    this.#error = error
  }

  static async open(from: string, file?: string): Promise<Project> {
    try {
      return new Project(from, await loadConfig(from, file), undefined)
    } catch (error) {
      return new Project(from, undefined, error)
    }
  }

  /** @throws ViridianError why the task file could not be loaded */
  get loaded(): LoadedConfig {
    if (!this.#loaded) throw this.#error
    return this.#loaded
  }

  get config(): Config | undefined {
    return this.#loaded?.config
  }

  get stateDirectory(): string {
    return join(this.#loaded?.directory ?? this.#from, '.tasks')
  }

  /**
   * The name of the stage to run on.
   *
   * @throws ViridianError `E_STAGE_UNKNOWN`
   */
  stage(asked: string | undefined): string {
    const { stages, defaultStage } = this.loaded.config
    const names = Object.keys(stages ?? {})
    const name = asked ?? defaultStage ?? names[0] ?? 'default'
    if (names.length === 0 && asked === undefined) return name
    if (names.includes(name)) return name
    throw new ViridianError('E_STAGE_UNKNOWN', `there is no stage "${name}"`, {
      hint: suggestion(name, names) ?? `the configuration's stages: ${names.join(', ') || 'none'}`,
    })
  }
}
