import { createRequire } from 'node:module'
import { reasonOf } from '../error.ts'
import { cacheDirectory } from './cache-directory.ts'

// Required, not imported: `import` reads all of it once more, to find out what it exports.
const { createJiti }: typeof import('jiti') = createRequire(import.meta.url)('jiti')

interface Importer {
  readonly jiti: ReturnType<typeof createJiti>
  /** Why the nearest tsconfig.json could not be read. */
  readonly unread?: unknown
}

const importers = new Map<string, Importer>()

/**
 * Imports a task file or a plugin's module of a project, and what that imports: TypeScript, too, and by the `paths` of the
 * nearest tsconfig.json. Packages are Node's own to load, so that there is one core.
 */
export async function importIn(directory: string, module: string): Promise<unknown> {
  const { jiti, unread } = importerIn(directory)
  try {
    return await jiti.import(module)
  } catch (error) {
    // What an editor tells of a tsconfig.json is of no matter here, until a module is missing that it may lead to.
    if (
      unread !== undefined &&
      error instanceof Error &&
      /^Cannot find (module|package) /.test(error.message)
    )
      error.cause ??= unread
    throw error
  }
}

/** The files that a project's imports have loaded so far. */
export const importedIn = (directory: string): string[] => Object.keys(importerIn(directory).jiti.cache)

function importerIn(directory: string): Importer {
  const importer = importers.get(directory) ?? created(directory)
  importers.set(directory, importer)
  return importer
}

function created(directory: string): Importer {
  const settings = { nativeModules: ['@viridian/core'], fsCache: cacheDirectory() }
  try {
    return { jiti: createJiti(import.meta.url, { ...settings, tsconfigPaths: directory }) }
  } catch (error) {
    // A rollback must not depend on it.
    const unread = new Error(
      `a tsconfig.json that cannot be read, whose paths may lead there: ${reasonOf(error)}`,
    )
    return { jiti: createJiti(import.meta.url, settings), unread }
  }
}
