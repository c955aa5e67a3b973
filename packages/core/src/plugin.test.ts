import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import type { Plugin } from './plugin.ts'
import { type ChangeDefinition, defineChange } from './step/definition.ts'
import type { Steps } from './step/steps.ts'

const runInstances = defineChange({
  name: 'own/run-instances',
  version: 1,
  input: z.object({ count: z.number() }),
  output: z.object({ ids: z.array(z.string()) }),
  beforeSchema: z.object({ before: z.string().optional() }),
  calls: [],
  title: ({ count }) => `run ${count}`,
  before: async ({ count }) => (count > 1 ? { before: 'more' } : {}),
  run: async () => ({ ids: ['i-1'] }),
  find: async ({ count }) =>
    count === 1 ? { status: 'done', output: { ids: ['i-1'] } } : { status: 'absent' },
  undo: async () => undefined,
  touches: (_, { ids }) => ids,
})

interface Settings {
  readonly user?: string
}

interface Own extends Plugin {
  launch(t: Steps, count: number): Promise<{ readonly ids: readonly string[] }>
}

const own = (settings: Settings = {}): Own => ({
  name: 'own',
  module: './own.ts',
  settings: { ...settings },
  steps: [runInstances],
  launch: (t, count) => t.step(runInstances, { count }),
})

it('is written as its documentation shows', () => {
  expect(own({ user: 'ada' }).settings).toEqual({ user: 'ada' })
})

it('has steps of what their schemas say, whatever their functions answer', () => {
  expectTypeOf(runInstances).toEqualTypeOf<
    ChangeDefinition<{ count: number }, { before?: string | undefined }, { ids: string[] }>
  >()
})
