import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { isViridianError, ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'

/** The project that a command works in; a task file that cannot be loaded fails the commands that need it, not all. */
export class Project {
  readonly #loaded: LoadedConfig | undefined
  readonly #error: unknown
  readonly #from: string
  /** There is no task file, and none was asked for. */
  readonly #isBare: boolean

  private constructor(from: string, loaded: LoadedConfig | undefined, error: unknown, isBare: boolean) {
    this.#from = from
    this.#loaded = loaded
    this.#error = error
    this.#isBare = isBare
  }

  static async open(from: string, file?: string): Promise<Project> {
    try {
      return new Project(from, await loadConfig(from, file), undefined, false)
    } catch (error) {
      const isMissing = isViridianError(error) && error.code === 'E_CONFIG_MISSING'
      return new Project(from, undefined, error, isMissing && file === undefined)
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

  /** Where there is no task file, a project of no tasks: for what needs none. */
  orBare(): Project {
    if (!this.#isBare) return this
    const loaded = { config: { tasks: {} }, file: '', directory: this.#from }
    return new Project(this.#from, loaded, undefined, true)
  }

  /** In the task file's directory; without a task file, the user's own. */
  get stateDirectory(): string {
    if (!this.#isBare) return join(this.#loaded?.directory ?? this.#from, '.tasks')
    return join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'viridian')
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
