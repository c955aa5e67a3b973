import { findMade } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineCopyPart } from '../copy-part.ts'
import { LoadBalancerRef, TargetGroupRef } from '../resource-ref.ts'
import {
  type Attributed,
  attributed,
  missingAttributes,
  readAttributes,
  setAttributes,
} from './attributes.ts'

const Input = z.strictObject({
  of: z.enum(attributed),
  /** The ARNs of the original and of what is to be like it. */
  from: z.string(),
  to: z.string(),
  /** The copy that it is, or belongs to. */
  copy: z.union([LoadBalancerRef, TargetGroupRef]),
  /** In words. */
  title: z.string(),
})

/**
 * Gives the copy of a load balancer, a target group or a listener every attribute of its original but deletion protection
 * (`ModifyLoadBalancerAttributes`, `ModifyTargetGroupAttributes`, `ModifyListenerAttributes`). Undone with the copy.
 */
export const copyAttributes = defineCopyPart({
  name: 'aws-elb/copy-attributes',
  version: 1,
  input: Input,
  output: z.null(),
  copyOf: ({ copy }) => copy,
  calls: attributed.flatMap((of) => [
    `elasticloadbalancing:Describe${of}Attributes`,
    `elasticloadbalancing:Modify${of}Attributes`,
  ]),
  title: ({ title }) => `copy the attributes of ${title}`,
  run: async ({ of, from, to }, c) => {
    const missing = await missingOf(c, { of, from, to })
    if (Object.keys(missing).length > 0) await setAttributes(c, of, to, missing)
    return null
  },
  find: (input, c) => findMade(c, async () => Object.keys(await missingOf(c, input)).length === 0),
})

async function missingOf(
  c: StepContext,
  { of, from, to }: { readonly of: Attributed; readonly from: string; readonly to: string },
): Promise<Readonly<Record<string, string>>> {
  return missingAttributes(await readAttributes(c, of, from), await readAttributes(c, of, to))
}
