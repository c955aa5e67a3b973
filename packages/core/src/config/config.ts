import type { Plugin } from '../plugin.ts'
import type { HostSpec, SshDefaults } from '../remote/transport.ts'
import type { ArgDefault } from '../task/args.ts'
import type { Task } from '../task/task.ts'

/** A list of hosts, by name or `user@name:port` or in full, or a function that finds them. */
export type HostList =
  | readonly (string | HostSpec)[]
  | (() => Promise<readonly (string | HostSpec)[]> | readonly (string | HostSpec)[])

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
