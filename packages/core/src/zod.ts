/** The zod that core validates with: plugins that use it load it once, and pass its schemas to any step. */
export { ZodError, z } from 'zod'
