import { z } from 'zod'
import { parseTimer } from '../duration.ts'
import { reportOf } from '../error.ts'
import { hostMembers } from './host-schema.ts'
import type { SshDefaults } from './transport.ts'

const timer = z
  .union([z.string(), z.number()], { error: 'expected a duration, such as 30s' })
  .superRefine((value, { addIssue }) => {
    try {
      parseTimer(value)
    } catch (error) {
      addIssue(reportOf(error).message)
    }
  })

const text = z.string().min(1).optional()

/** The ssh settings of a stage. Unlike a host's they may be undefined, as a variable that is not set. */
export const sshSchema = z.strictObject({
  user: text,
  port: hostMembers.port.optional(),
  identityFile: text,
  transport: hostMembers.transport.optional(),
  proxyJump: text,
  config: z.union([z.string().min(1), z.literal(false)], { error: 'expected a file, or false' }).optional(),
  knownHosts: z.array(z.string().min(1), { error: 'expected a list of files' }).readonly().optional(),
  connectTimeout: timer.optional(),
  sudoPassword: z.custom((value) => typeof value === 'function', 'expected a function').optional(),
  // A member that is added there is missed here.
} satisfies { [Member in keyof Required<SshDefaults>]: z.ZodType })
