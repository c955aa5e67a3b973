import { realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { ownDirectory } from '../own-directory.ts'
import { type PackageManager, packageManager } from '../package-manager.ts'

/** Where this command comes from: by that, a new project gets our packages, and its first commands are written. */
export interface Origin {
  /** What stands for one of our packages among the dependencies of a project in `directory`, in place of its version. */
  dependency(name: string, version: string, directory: string): string
  /** Files that a project needs besides its template's. */
  readonly files: Readonly<Record<string, string>>
  /** What has to be typed in the project before anything else. */
  readonly install: readonly string[]
  /** What runs the project's own `tasks`. */
  readonly tasks: string
}

const packages = dirname(dirname(ownDirectory))

const registry = ({ install, tasks }: PackageManager): Origin => ({
  dependency: (_, version) => version,
  files: {},
  install: [install],
  tasks,
})

/** Its packages are linked: what they need is installed there, and what is built there counts at once. */
const checkout: Origin = {
  dependency: (name, _, directory) => `link:${relative(realpathSync(directory), join(packages, name))}`,
  files: {
    'pnpm-workspace.yaml':
      '# A project of its own wherever it lies; what it needs is installed by the first command.\nverifyDepsBeforeRun: install\n',
  },
  install: [],
  tasks: 'npx -y pnpm@10 tasks',
}

export const origin = (): Origin =>
  ownDirectory.split(sep).includes('node_modules') ? registry(packageManager(process.env)) : checkout
