/** How one works in a project with a package manager. */
export interface PackageManager {
  /** Installs what the project's package.json names. */
  readonly install: string
  /** Adds a package to it. */
  readonly add: string
  /** Runs the project's own `tasks`. */
  readonly tasks: string
}

const npm: PackageManager = { install: 'npm install', add: 'npm install', tasks: 'npx tasks' }

const others = new Map<string, PackageManager>([
  ['pnpm', { install: 'pnpm install', add: 'pnpm add', tasks: 'pnpm exec tasks' }],
  ['yarn', { install: 'yarn install', add: 'yarn add', tasks: 'yarn tasks' }],
  ['bun', { install: 'bun install', add: 'bun add', tasks: 'bun run tasks' }],
])

/** The one that has started this command, as each tells what it starts; npm where none has. */
export function packageManager(env: Readonly<Record<string, string | undefined>>): PackageManager {
  const [name = ''] = (env.npm_config_user_agent ?? '').split('/')
  return others.get(name) ?? npm
}
