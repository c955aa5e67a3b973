import type { Config, Stage } from '../config/config.ts'
import { ViridianError } from '../error.ts'
import type { Plugin, Surroundings, SurroundingsContext } from '../plugin.ts'
import type { SshDefaults } from '../remote/transport.ts'

/** A stage at run time: its environment, and the surroundings that its plugins open. */
export class StageAtRun {
  readonly #stage: Stage
  readonly #plugins: readonly Plugin[]
  readonly #ssh: SshDefaults
  readonly #context: SurroundingsContext
  readonly #surroundings: Surroundings[] = []

  constructor(stage: Stage, plugins: readonly Plugin[], ssh: SshDefaults, context: SurroundingsContext) {
    this.#stage = stage
    this.#plugins = plugins
    this.#ssh = ssh
    this.#context = context
  }

  /** True when nothing here can reach a real account. */
  get isRehearsal(): boolean {
    return isRehearsal(this.#plugins)
  }

  get hasSurroundings(): boolean {
    return this.#plugins.some(({ surroundings }) => surroundings !== undefined)
  }

  /** Sets the stage's variables: SDKs, the commands that tasks start, and their own code read the process's environment. */
  enter(): void {
    setEnvironment(this.#stage.env)
  }

  /** Called once; gives the ssh settings of hosts that do not say. */
  open(): Promise<SshDefaults> {
    return this.#surround((plugin) => plugin.surroundings?.(this.#context))
  }

  /**
   * In the place of `open`: uses what stands already.
   *
   * @throws ViridianError `E_STAGE_CLOSED` when something does not; its cause is why that cannot be told
   */
  join(): Promise<SshDefaults> {
    return this.#surround(async (plugin) => {
      const { run } = this.#context
      const looking = plugin.standing?.(this.#context)
      const standing = await looking?.catch((cause: unknown) => {
        throw closed(run.stage, cause)
      })
      if (!standing && plugin.surroundings) throw closed(run.stage)
      return standing
    })
  }

  async #surround(
    by: (plugin: Plugin) => Promise<Surroundings | undefined> | undefined,
  ): Promise<SshDefaults> {
    let ssh = this.#ssh
    this.enter()
    for (const plugin of this.#plugins) {
      const opened = await by(plugin)
      if (!opened) continue
      this.#surroundings.push(opened)
      setEnvironment(opened.env)
      ssh = { ...opened.ssh, ...ssh }
    }
    return ssh
  }

  async beforeFirstChange(): Promise<void> {
    for (const opened of this.#surroundings) await opened.beforeFirstChange?.()
  }

  async close(): Promise<void> {
    for (const opened of this.#surroundings.reverse()) await opened.close?.()
  }
}

/** The code of what needs a stage that is not open, and must not open it. */
export const stageClosed = 'E_STAGE_CLOSED'

const closed = (stage: string, cause?: unknown): ViridianError =>
  new ViridianError(stageClosed, `stage "${stage}" is not open`, { cause, hint: 'a run on it opens it' })

export function stageOf(config: Config, name: string): Stage {
  return config.stages?.[name] ?? {}
}

export const pluginsOf = (config: Config, stage: Stage): readonly Plugin[] => [
  ...(config.plugins ?? []),
  ...(stage.plugins ?? []),
]

/** The roles of a stage, before a run has assigned any: those of its plugins, of the configuration, and its own. */
export const rolesOf = (config: Config, stage: Stage): NonNullable<Config['roles']> => {
  const layers = [...pluginsOf(config, stage).map(({ roles }) => roles), config.roles, stage.roles]
  return Object.fromEntries(layers.flatMap((roles = {}) => Object.entries(roles)))
}

/** True when nothing that runs with these plugins can reach a real account. */
export const isRehearsal = (plugins: readonly Plugin[]): boolean =>
  plugins.some(({ rehearsal }) => rehearsal === true)

function setEnvironment(variables: Readonly<Record<string, string | undefined>> = {}): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
