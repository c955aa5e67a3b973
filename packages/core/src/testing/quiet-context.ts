import type { StepContext } from '../step/definition.ts'

/** A context for functions of steps and roles, of a run that nobody watches. */
export const quietContext = (signal: AbortSignal = new AbortController().signal): StepContext => ({
  run: { id: '20260101-000000-abcd', task: 'test', stage: 'local', by: 'ada@here' },
  key: '/test#0',
  signal,
  progress: () => undefined,
  emit: () => undefined,
  environment: async () => undefined,
  resource: (_, make) => make(),
})
