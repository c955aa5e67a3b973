import { z } from 'zod'
import type { HostSpec } from './transport.ts'

const text = z.string().min(1)

// Named by all members of HostSpec: one that is added there is missed here.
const members = {
  name: text,
  address: text.exactOptional(),
  port: z.int().min(1).max(65_535).exactOptional(),
  user: text.exactOptional(),
  identityFile: text.exactOptional(),
  transport: z.enum(['ssh2', 'openssh']).exactOptional(),
  proxyJump: text.exactOptional(),
  hostKeys: z.array(text).readonly().exactOptional(),
  labels: z.record(z.string(), z.string()).readonly().exactOptional(),
} satisfies { [Member in keyof Required<HostSpec>]: z.ZodType }

/** A host as task files and journals hold it. */
export const hostSchema = z.strictObject(members)
