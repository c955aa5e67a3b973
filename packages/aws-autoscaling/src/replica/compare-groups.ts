import { sayCompared } from '@viridian/aws'
import { defineCheck } from '@viridian/core'
import { z } from 'zod'
import { comparisonOf } from './comparison.ts'
import { readingCalls, readOriginal } from './original.ts'

/**
 * Reads a group and its replica again, with all that belongs to them, says in what they differ, and fails when that is
 * more than it must be. A check, so that a resumed run compares what is there then.
 *
 * @throws ViridianError `E_REPLICA_DIFFERS`
 */
export const compareGroups = defineCheck({
  name: 'aws-autoscaling/compare-groups',
  version: 1,
  input: z.strictObject({ blue: z.string(), green: z.string() }),
  output: z.null(),
  calls: readingCalls,
  title: ({ blue, green }) => `compare ${green} with ${blue}`,
  run: async ({ blue, green }, c) => {
    const [original, copy] = await Promise.all([readOriginal(c, blue), readOriginal(c, green)])
    sayCompared(c, `group ${blue} and its copy ${green}`, comparisonOf(original, copy))
    return null
  },
})
