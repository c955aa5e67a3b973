import { type ChangeDefinition, defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'

type CopyPart<Input> = Omit<
  ChangeDefinition<Input, null, null>,
  'kind' | 'beforeSchema' | 'output' | 'before' | 'undo' | 'touches' | 'leaves'
>

/**
 * Defines a step that fills in the copy of a load balancer. It has nothing to undo: the copy is deleted by the undo of
 * the step that made it, and all that it has goes with it.
 */
export function defineCopyPart<Input extends { readonly name: string }>(
  definition: CopyPart<Input>,
): ChangeDefinition<Input, null, null> {
  return defineChange({
    ...definition,
    beforeSchema: z.null(),
    output: z.null(),
    before: async () => null,
    undo: async () => undefined,
    touches: ({ name }) => [`balancer/${name}`],
    leaves: () => [],
  })
}
