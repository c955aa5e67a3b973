import { nameFor } from '@viridian/aws'
import { expect, test } from 'vitest'
import { replicaBench, told } from '../testing/replica-bench.ts'
import { createGroup } from './create-group.ts'

const copying = replicaBench()
const { bench, replicated } = copying
const { steps } = bench

test('a foreign group of its name is refused', async () => {
  const token = '20261123-154233-k3f9-ffffffffffff'
  const name = nameFor('web', token, 255)
  await bench.cloud.scaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    LaunchConfigurationName: 'web-lc',
    MinSize: 0,
    MaxSize: 0,
    AvailabilityZones: ['eu-west-1a'],
  })
  const c = { ...bench.cloud.context(), before: null, token }
  const input = { from: 'web', max: 4, balancers: { web: 'web-green' } }
  await expect(createGroup.run(input, c)).rejects.toMatchObject({ code: 'E_NAME_TAKEN', refused: true })
  expect(await createGroup.find(input, c)).toEqual({ status: 'absent' })
  expect(await createGroup.undo(input, { ...c, output: { name } })).toEqual({
    leftAlone: expect.stringContaining(name),
  })
  await bench.cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: name })
})

test('a group that has lost its tag is left alone', async () => {
  const taken = steps()
  const { fleet } = await replicated(taken)
  await bench.cloud.scaling.deleteTags({
    Tags: [{ ResourceId: fleet.name, ResourceType: 'auto-scaling-group', Key: 'viridian:step' }],
  })
  const reports = told(await taken.undo())
  expect(reports).toEqual([{ leftAlone: expect.stringContaining(fleet.name) }])
  await bench.cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: fleet.name })
})
