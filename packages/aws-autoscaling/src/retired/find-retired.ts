import { Fleet, retiredTag } from '@viridian/aws'
import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { describeGroup } from '../describe-group.ts'
import { readGroups } from '../group.ts'
import { Retirement, retirementOf } from './retired-tags.ts'

/** A group that a replica has taken the place of. */
export const RetiredFleet = z.strictObject({ fleet: Fleet, ...Retirement.shape })

export type RetiredFleet = z.infer<typeof RetiredFleet>

/** Finds the groups that are tagged as retired, all of them or those of one name, the one retired first at the top. */
export const findRetired = defineRead({
  name: 'aws-autoscaling/find-retired',
  version: 2,
  input: z.strictObject({ record: z.string().exactOptional() }),
  output: z.array(RetiredFleet),
  calls: describeGroup.calls,
  title: ({ record }) => `find what is retired${record === undefined ? '' : ` for ${record}`}`,
  run: async ({ record }, c) => {
    const groups = await readGroups(c, retiredTag)
    const found = groups.flatMap(({ AutoScalingGroupName: group, Status, Tags }) => {
      const retirement = Status === undefined ? retirementOf(Tags) : undefined
      return retirement && (record === undefined || plain(retirement.record ?? '') === plain(record))
        ? [{ group, retirement }]
        : []
    })
    const fleets = await Promise.all(
      found.map(async ({ group, retirement }) => ({
        fleet: await describeGroup.run({ group }, c),
        ...retirement,
      })),
    )
    return fleets.sort((one, other) => (one.since < other.since ? -1 : 1))
  },
})

/** A DNS name, however it is written. */
const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')
