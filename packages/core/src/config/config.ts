import type { Plugin } from '../plugin.ts'
import type { HostSpec, SshDefaults } from '../remote/transport.ts'
import type { StepContext } from '../step/definition.ts'
import type { ArgDefault } from '../task/args.ts'
import type { Task } from '../task/task.ts'

/** Hosts as a role lists them: by name or `user@name:port`, or in full. */
type Hosts = readonly (string | HostSpec)[]

/**
 * Finds a role's hosts, anew each time that they are asked for. It is handed what a read of a step is: by that it may ask the
 * stage's account, and ends when the run stops. A resumed run goes on with the hosts that the first one was given.
 *
 * @example
 * ```ts
 * const web: HostFinder = async (c) => {
 *   await c.environment()
 *   const answer = await fetch(`${process.env.INVENTORY_URL}/web`, { signal: c.signal })
 *   return z.array(z.string()).parse(await answer.json())
 * }
 * ```
 */
export interface HostFinder {
  (c: StepContext): Promise<Hosts> | Hosts
  /** What it finds, in words, for whoever gets none of it: `running instances in group "web"`. */
  readonly finds?: string
}

/** A role's hosts: those of a list, or those that a function finds. */
export type HostList = Hosts | HostFinder

/** What a role says for those of its hosts that do not say it themselves. */
export type RoleSsh = Pick<HostSpec, 'user' | 'port' | 'identityFile' | 'transport' | 'proxyJump'>

/**
 * A role's hosts; in the longer form, with ssh settings that all of them share.
 *
 * @example
 * ```ts
 * const db: RoleSpec = { hosts: ['db-1', 'db-2'], ssh: { user: 'postgres', proxyJump: 'bastion' } }
 * export default defineConfig({ roles: { web: ['web-1', 'web-2'], db }, tasks: { uptime } })
 * ```
 */
export type RoleSpec = HostList | { readonly hosts: HostList; readonly ssh?: RoleSsh }

/** Tasks by name; a nested record is a namespace: `{ deploy: { bluegreen } }` is `deploy:bluegreen`. */
export interface TaskTree {
  readonly [name: string]: Task | TaskTree
}

/** A named overlay of the configuration. */
export interface Stage {
  /** Besides the configuration's own: `localCloud()`. */
  readonly plugins?: readonly Plugin[]
  /** In place of the configuration's roles of the same names. */
  readonly roles?: Readonly<Record<string, RoleSpec>>
  /** In place of the configuration's, member by member. */
  readonly ssh?: SshDefaults
  /** Environment variables of everything that runs on this stage: `{ AWS_PROFILE: 'staging' }`. */
  readonly env?: Readonly<Record<string, string>>
  /** Values for arguments that the command line does not give, by name. */
  readonly defaults?: Readonly<Record<string, ArgDefault>>
}

/** What {@link defineConfig} takes: the whole of a task file. */
export interface Config {
  /** On every stage; a stage may add its own. */
  readonly plugins?: readonly Plugin[]
  /** Named sets of hosts, on every stage. */
  readonly roles?: Readonly<Record<string, RoleSpec>>
  /** What `tasks list` shows and `tasks run` runs. */
  readonly tasks: TaskTree
  /** How hosts are reached that do not say it themselves. */
  readonly ssh?: SshDefaults
  /** Named overlays of all that, chosen by `--stage`. */
  readonly stages?: Readonly<Record<string, Stage>>
  /** The stage used when `--stage` is not given. @default the first of `stages` */
  readonly defaultStage?: string
}

/**
 * The default export of `tasks.config.ts`.
 *
 * @example
 * ```ts
 * export default defineConfig({ roles: { web: ['web-1.example.com', 'web-2.example.com'] }, tasks: { uptime } })
 * ```
 */
export const defineConfig = (config: Config): Config => config
