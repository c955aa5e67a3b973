import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where core's own code lies, `src` or `dist`: beside `bin`. */
export const ownDirectory = dirname(fileURLToPath(import.meta.url))
