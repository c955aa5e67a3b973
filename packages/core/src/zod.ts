/// <reference types="node" preserve="true" />
/**
 * The zod that core validates with: plugins that take it from here load it once between them.
 *
 * @example
 * ```ts
 * import { z } from '@viridian/core/zod'
 *
 * const Sizes = z.strictObject({ min: z.int(), max: z.int() })
 * Sizes.parse({ min: 1, max: 3 })
 * ```
 */
export { ZodError, z } from 'zod'
