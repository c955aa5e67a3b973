import { z } from '@viridian/core/zod'

/** An EC2 instance that tasks can log in to: a host whose name is the instance's id. */
export const Instance = z.strictObject({
  name: z.string(),
  address: z.string(),
  user: z.string().exactOptional(),
  port: z.int().exactOptional(),
  identityFile: z.string().exactOptional(),
  hostKeys: z.array(z.string()).exactOptional(),
  labels: z.record(z.string(), z.string()),
  id: z.string(),
  zone: z.string(),
  subnet: z.string().exactOptional(),
  image: z.string(),
  privateAddress: z.string(),
})

export type Instance = z.infer<typeof Instance>

/** What names an instance: an {@link Instance}, or a member of a fleet. */
export interface InstanceRef {
  /** `i-0123456789abcdef0`. */
  readonly id: string
}
