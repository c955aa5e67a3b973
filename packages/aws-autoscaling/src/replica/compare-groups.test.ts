import { expect, test } from 'vitest'
import { fleets } from '../testing/fleet-bench.ts'
import { replicaBench } from '../testing/replica-bench.ts'

const copying = replicaBench()
const { bench, replicated } = copying
const { steps } = bench

test('what differs is told', async () => {
  const t = steps()
  const { fleet } = await replicated(t)
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: fleet.name, DefaultCooldown: 60 })
  await bench.cloud.scaling.deleteLifecycleHook({
    AutoScalingGroupName: fleet.name,
    LifecycleHookName: 'goodbye',
  })
  await bench.cloud.scaling.createOrUpdateTags({
    Tags: [
      {
        ResourceId: fleet.name,
        ResourceType: 'auto-scaling-group',
        Key: 'team',
        Value: 'ours',
        PropagateAtLaunch: true,
      },
    ],
  })
  const differing = fleets.compare(t, copying.blue, fleet)
  await expect(differing).rejects.toMatchObject({ code: 'E_REPLICA_DIFFERS' })
  for (const said of [
    'DefaultCooldown is 60',
    'DesiredCapacity is 0',
    'goodbye: LifecycleTransition is none',
    'Tags',
  ])
    await expect(differing).rejects.toThrow(said)
  await t.undo()
})
