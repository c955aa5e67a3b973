import { autoScalingApi, findMade } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'
import { readWholeGroup } from './original.ts'

/**
 * Collects the metrics of a group that another one collects of itself (`EnableMetricsCollection`). Its undo does nothing:
 * the group's deletion takes it.
 */
export const collectMetrics = defineChange({
  name: 'aws-autoscaling/collect-metrics',
  version: 1,
  input: z.strictObject({ group: z.string(), from: z.string() }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: ['autoscaling:EnableMetricsCollection', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group }) => `collect the metrics of ${group}`,
  before: async () => null,
  run: async ({ group, from }, c) => {
    const { EnabledMetrics = [] } = await readWholeGroup(c, from)
    const Granularity = EnabledMetrics[0]?.Granularity
    if (Granularity === undefined) return null
    const Metrics = EnabledMetrics.map(({ Metric = '' }) => Metric)
    const input = { AutoScalingGroupName: group, Granularity, Metrics }
    await autoScalingApi(c, 'EnableMetricsCollection', input, z.unknown())
    return null
  },
  find: ({ group }, c) =>
    findMade(c, async () => {
      const { EnabledMetrics = [] } = (await findGroup(c, group)) ? await readWholeGroup(c, group) : {}
      return EnabledMetrics.length > 0
    }),
  undo: async () => undefined,
  touches: ({ group }) => [`group/${group}`],
})
