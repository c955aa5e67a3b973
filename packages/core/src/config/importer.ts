import { createRequire } from 'node:module'
import { cacheDirectory } from './cache-directory.ts'

// Required, not imported: `import` reads all of it once more, to find out what it exports.
const { createJiti }: typeof import('jiti') = createRequire(import.meta.url)('jiti')

/**
 * By which the task file and plugins' modules are loaded, and what they import: TypeScript, too. Packages are Node's own to
 * load, so that there is one core.
 */
export const importer = createJiti(import.meta.url, {
  nativeModules: ['@viridian/core'],
  fsCache: cacheDirectory(),
})
