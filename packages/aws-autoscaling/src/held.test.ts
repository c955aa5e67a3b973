import type { Fleet } from '@viridian/aws'
import type { StepDefinition, Steps } from '@viridian/core'
import { expect, test } from 'vitest'
import { pin, unpin } from './pin.ts'

test('what a pin holds, to let it go ends', async () => {
  const held = new Map<string, string>()
  const t: Steps = {
    runId: '20261128-120000-abcd',
    by: 'ada@here',
    step: async <Input, Before, Output>(definition: StepDefinition<Input, Before, Output>, input: Input) => {
      const output = definition.output.parse(definition.placeholder?.(input) ?? null)
      for (const thing of definition.ends?.(input, output) ?? []) held.delete(thing)
      const holds = definition.kind === 'change' ? definition.holds?.(input, output) : undefined
      for (const [thing, words] of Object.entries(holds ?? {})) held.set(thing, words)
      return output
    },
    move: (_, body) => body(t),
  }
  const fleet: Fleet = {
    ...{ name: 'web', min: 2, max: 3, desired: 3, suspended: [], instances: [], loadBalancers: [] },
    ...{ subnets: [], zones: [], healthCheck: { type: 'ELB', grace: 0 }, instanceTags: {} },
    launch: {
      source: { kind: 'launchConfiguration', name: 'web-1' },
      image: 'ami-1',
      securityGroups: [],
      digest: '',
    },
    replacement: { capacityRebalance: true, maxInstanceLifetime: 0 },
  }
  const made = await pin(t, fleet, {})
  expect([...held.values()]).toEqual([
    'group web: tag viridian:pin',
    'group web: AZRebalance, AlarmNotification, ScheduledActions, ReplaceUnhealthy suspended',
    'group web: capacity rebalancing turned off',
    'group web: max is 6, was 3',
  ])
  await unpin(t, made)
  expect([...held.values()]).toEqual([])
})
