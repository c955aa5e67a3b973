import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { refusePlanted } from '../config/planted.ts'
import { isViridianError, ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'

interface Found {
  readonly loaded?: LoadedConfig
  /** Why there is none. */
  readonly error?: unknown
  /** There is no task file, and none was asked for. */
  readonly isBare?: boolean
  /** The task file's; without one, that of the runs on record, or the one that the command is given in. */
  readonly directory: string
  readonly stateDirectory: string
}

/** The project that a command works in; a task file that cannot be loaded fails the commands that need it, not all. */
export class Project {
  readonly #found: Found

  private constructor(found: Found) {
    this.#found = found
  }

  /** @throws ViridianError `E_NOT_OURS` of a state directory that somebody else has put there */
  static async open(from: string, file?: string): Promise<Project> {
    const project = await Project.#find(from, file)
    refusePlanted(
      project.stateDirectory,
      'nothing in it was read: it would say what is undone, and by which code; remove it',
    )
    return project
  }

  /** For commands that begin before there is one: whatever stands here or above is left unread. */
  static none(directory: string): Project {
    return new Project({ isBare: true, directory, stateDirectory: ownStateDirectory() }).orBare()
  }

  static async #find(from: string, file?: string): Promise<Project> {
    try {
      const loaded = await loadConfig(from, file)
      const { directory } = loaded
      return new Project({ loaded, directory, stateDirectory: join(directory, '.tasks') })
    } catch (error) {
      const isBare = file === undefined && isViridianError(error) && error.code === 'E_CONFIG_MISSING'
      const start = file === undefined ? from : dirname(resolve(from, file))
      const ofRuns = directoryOfRuns(start)
      const directory = ofRuns ?? start
      const stateDirectory = isBare && ofRuns === undefined ? ownStateDirectory() : join(directory, '.tasks')
      return new Project({ error, isBare, directory, stateDirectory })
    }
  }

  /** @throws ViridianError why the task file could not be loaded */
  get loaded(): LoadedConfig {
    const { loaded, error } = this.#found
    if (!loaded) throw error
    return loaded
  }

  /** Why the task file could not be loaded; nothing where there is none, and none was asked for. */
  get problem(): unknown {
    const { loaded, isBare, error } = this.#found
    return loaded || isBare ? undefined : error
  }

  get config(): Config | undefined {
    return this.#found.loaded?.config
  }

  get directory(): string {
    return this.#found.directory
  }

  /** Where its runs are on record: `.tasks/` in its directory; without a task file or runs, the user's own. */
  get stateDirectory(): string {
    return this.#found.stateDirectory
  }

  /** The same with another configuration. */
  withConfig(config: Config): Project {
    const { loaded, directory } = this.#found
    return new Project({
      ...this.#found,
      loaded: { config, file: loaded?.file ?? '', directory, sources: {} },
    })
  }

  /** Where there is no task file, a project of no tasks: for what needs none. */
  orBare(): Project {
    return this.#found.isBare ? this.withConfig({ tasks: {} }) : this
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

/** The nearest directory, upwards, that has runs on record: what has become of its task file does not lose them. */
function directoryOfRuns(from: string): string | undefined {
  if (existsSync(join(from, '.tasks/runs'))) return from
  const above = dirname(from)
  return above === from ? undefined : directoryOfRuns(above)
}

const ownStateDirectory = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'viridian')
