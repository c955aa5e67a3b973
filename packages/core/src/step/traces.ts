import type { RecordOf } from '../journal/record.ts'
import type { ChangeDefinition, StepDefinition } from './definition.ts'

/** What a step's record says of the outside world besides its output; only what there is. */
export function recordedTraces<Input, Before, Output>(
  definition: StepDefinition<Input, Before, Output>,
  input: Input,
  output: Output,
): Pick<RecordOf<'step.done'>, 'makes' | 'holds' | 'ends'> {
  const ends = definition.ends?.(input, output) ?? []
  const makes = (definition.kind === 'change' && definition.makes?.(input, output)) || []
  const holds = (definition.kind === 'change' && definition.holds?.(input, output)) || {}
  return {
    ...(makes.length > 0 && { makes }),
    ...(Object.keys(holds).length > 0 && { holds }),
    ...(ends.length > 0 && { ends }),
  }
}

/** What a change leaves while it is not undone, in words for a person; undefined where its title has to do. */
export function leftBy<Input, Before, Output>(
  { leaves, holds }: ChangeDefinition<Input, Before, Output>,
  input: Input,
  output: Output,
): readonly string[] | undefined {
  const held = Object.values(holds?.(input, output) ?? {})
  return leaves?.(input, output) ?? (held.length > 0 ? held : undefined)
}
