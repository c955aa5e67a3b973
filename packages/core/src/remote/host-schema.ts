import { z } from 'zod'
import type { HostSpec } from './transport.ts'

const text = z.string().min(1)

/** Of each member of a host, what it may hold. */
export const hostMembers = {
  name: text,
  address: text.exactOptional(),
  port: z.int().min(1).max(65_535).exactOptional(),
  user: text.exactOptional(),
  identityFile: text.exactOptional(),
  transport: z.enum(['ssh2', 'openssh']).exactOptional(),
  proxyJump: text.exactOptional(),
  hostKeys: z.array(text).readonly().exactOptional(),
  labels: z.record(z.string(), z.string()).readonly().exactOptional(),
  // A member that is added there is missed here.
} satisfies { [Member in keyof Required<HostSpec>]: z.ZodType }

/** A host as a task file says it. */
export const hostSchema = z.strictObject(hostMembers)

/** A host as journals hold it: what a plugin says of it besides is part of a step's identity. */
export const recordedHost: z.ZodType<HostSpec> = z.looseObject(hostMembers)
