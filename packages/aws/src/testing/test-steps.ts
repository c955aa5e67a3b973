import type {
  ChangeContext,
  ChangeDefinition,
  Move,
  StepContext,
  StepDefinition,
  Steps,
  UndoReport,
} from '@viridian/core'

/** Takes steps one by one as the engine does, without a journal, and can undo them. */
export interface TestSteps extends Steps {
  readonly taken: string[]
  /** Undoes what was taken, last first; each of it as many times as asked. What fails can be undone again. @default once */
  undo(times?: number): Promise<(UndoReport | undefined)[]>
  /** Asks those of what was taken that can tell whether they can be undone, last first. */
  seeUndoable(): Promise<void>
}

// Across all that a test file makes: a token that comes again would be the same request to AWS.
let count = 0

export function testSteps(c: StepContext): TestSteps {
  const undos: (() => Promise<UndoReport | undefined>)[] = []
  const readies: ((restored: string[]) => Promise<void> | undefined)[] = []
  const taken: string[] = []
  const t: TestSteps = {
    runId: c.run.id,
    by: c.run.by,
    taken,
    step: async <Input, Before, Output>(
      definition: StepDefinition<Input, Before, Output>,
      rawInput: Input,
    ): Promise<Output> => {
      count += 1
      const token = `${c.run.id}-${count.toString(16).padStart(12, '0')}`
      const input = definition.input.parse(rawInput)
      taken.push(definition.title(input))
      if (definition.kind !== 'change') return definition.output.parse(json(await definition.run(input, c)))
      const before = definition.beforeSchema.parse(json(await definition.before(input, c)))
      const cc: ChangeContext<Before> = { ...c, before, token }
      const output = definition.output.parse(json(await runOrFind(definition, input, cc)))
      undos.push(() => definition.undo(input, { ...cc, output }))
      readies.push(async (restored) => {
        await definition.ready?.(input, { ...cc, output, restored: [...restored] })
        restored.push(...(definition.restores?.(input, before) ?? []))
      })
      return output
    },
    move: (_move: Move, body) => body(t),
    undo: async (times = 1) => {
      const reports: (UndoReport | undefined)[] = []
      for (let undo = undos.at(-1); undo !== undefined; undo = undos.at(-1)) {
        for (let time = 0; time < times; time += 1) reports.push(await undo())
        undos.pop()
      }
      return reports
    },
    seeUndoable: async () => {
      const restored: string[] = []
      for (const ready of readies.toReversed()) await ready(restored)
    },
  }
  return t
}

// As the engine does: after a failure it looks whether the change was made all the same.
async function runOrFind<Input, Before, Output>(
  definition: ChangeDefinition<Input, Before, Output>,
  input: Input,
  c: ChangeContext<Before>,
): Promise<Output> {
  try {
    return await definition.run(input, c)
  } catch (error) {
    const found = await definition.find(input, c)
    if (found.status === 'done') return found.output
    throw error
  }
}

// As a journal does: what is not plain JSON does not survive.
const json = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))
