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
 * roles: { web: ['web-1', 'web-2'], db: { hosts: findDatabases, ssh: { user: 'postgres', proxyJump: 'bastion' } } }
 * ```
 */
export type RoleSpec = HostList | { readonly hosts: HostList; readonly ssh?: RoleSsh }

/** Tasks by name; a nested record is a namespace: `{ deploy: { bluegreen } }` is `deploy:bluegreen`. */
export interface TaskTree {
  readonly [name: string]: Task | TaskTree
}

/** A named overlay of the configuration. */
export interface Stage {
  readonly plugins?: readonly Plugin[]
  readonly roles?: Readonly<Record<string, RoleSpec>>
  readonly ssh?: SshDefaults
  /** Environment variables of everything that runs on this stage: `{ AWS_PROFILE: 'staging' }`. */
  readonly env?: Readonly<Record<string, string>>
  /** Values for arguments that the command line does not give, by name. */
  readonly defaults?: Readonly<Record<string, ArgDefault>>
}

export interface Config {
  readonly plugins?: readonly Plugin[]
  readonly roles?: Readonly<Record<string, RoleSpec>>
  readonly tasks: TaskTree
  readonly ssh?: SshDefaults
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
