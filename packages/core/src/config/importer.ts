import { createRequire } from 'node:module'
import { cacheDirectory } from './cache-directory.ts'

// Required, not imported: `import` reads all of it once more, to find out what it exports.
const { createJiti }: typeof import('jiti') = createRequire(import.meta.url)('jiti')

type Importer = ReturnType<typeof createJiti>

const importers = new Map<string, Importer>()

/**
 * By which the task file and plugins' modules of a project are loaded, and what they import: TypeScript, too, and by the
 * `paths` of the nearest tsconfig.json. Packages are Node's own to load, so that there is one core.
 */
export function importerIn(directory: string): Importer {
  const importer = importers.get(directory) ?? created(directory)
  importers.set(directory, importer)
  return importer
}

function created(directory: string): Importer {
  const settings = { nativeModules: ['@viridian/core'], fsCache: cacheDirectory() }
  try {
    return createJiti(import.meta.url, { ...settings, tsconfigPaths: directory })
  } catch {
    // Of a tsconfig.json that extends what is not there, editors tell. A rollback must not depend on it; and whoever needs
    // its paths is told which module cannot be found.
    return createJiti(import.meta.url, settings)
  }
}
