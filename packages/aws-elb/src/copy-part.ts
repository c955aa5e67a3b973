import { balancerThing, type FrontRef } from '@viridian/aws'
import { type ChangeDefinition, defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'

type CopyPart<Input, Output> = Omit<
  ChangeDefinition<Input, null, Output>,
  'kind' | 'beforeSchema' | 'before' | 'undo' | 'touches' | 'leaves'
> & {
  /** What is filled in. */
  copyOf(input: NoInfer<Input>): FrontRef
}

/**
 * Defines a step that fills in the copy of a balancer. It has nothing to undo: the copy is deleted by the undo of the step
 * that made it, and all that it has goes with it.
 */
export function defineCopyPart<Input, Output>({
  copyOf,
  ...definition
}: CopyPart<Input, Output>): ChangeDefinition<Input, null, Output> {
  return defineChange({
    ...definition,
    beforeSchema: z.null(),
    before: async () => null,
    undo: async () => undefined,
    touches: (input) => [balancerThing(copyOf(input))],
    leaves: () => [],
  })
}
