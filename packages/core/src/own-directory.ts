import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where core's own code lies, `src` or `dist`: beside `bin`. */
export const ownDirectory = dirname(fileURLToPath(import.meta.url))

const ownPackage = dirname(ownDirectory)

/** True for a file of core's own, `bin` included: no place of a user's. */
export const isOwnFile = (file: string): boolean => file.startsWith(ownPackage + sep)
