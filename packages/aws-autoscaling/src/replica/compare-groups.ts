import { type LaunchSettings, launchDifferences, readLaunchSettings, sayCompared } from '@viridian/aws'
import { defineCheck, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { describeGroup } from '../describe-group.ts'
import { comparisonOf } from './comparison.ts'
import { readingCalls, readOriginal } from './original.ts'

/**
 * Reads a group and its replica again, with their launch sources and all that belongs to them, says in what they differ,
 * and fails when that is more than it must be. A check, so that a resumed run compares what is there then.
 *
 * @throws ViridianError `E_REPLICA_DIFFERS`
 */
export const compareGroups = defineCheck({
  name: 'aws-autoscaling/compare-groups',
  version: 2,
  input: z.strictObject({
    blue: z.string(),
    green: z.string(),
    /** As for creating the group. */
    balancers: z.record(z.string(), z.string()),
  }),
  output: z.null(),
  calls: [...readingCalls, ...describeGroup.calls],
  title: ({ blue, green }) => `compare ${green} with ${blue}`,
  run: async ({ blue, green, balancers }, c) => {
    const [original, copy, old, launch] = await Promise.all([
      readOriginal(c, blue),
      readOriginal(c, green),
      launchOf(c, blue),
      launchOf(c, green),
    ])
    const found = [...comparisonOf(original, copy, balancers), ...launchDifferences(old, launch)]
    sayCompared(c, `group ${blue} and its copy ${green}`, found)
    return null
  },
})

async function launchOf(c: StepContext, group: string): Promise<LaunchSettings> {
  const { launch } = await describeGroup.run({ group }, c)
  return readLaunchSettings(c, launch.source)
}
