import { defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isAside, isLeaving, readGroup } from './group.ts'

/**
 * Says at the end of the run when somebody has scaled a group in since it was described: green is as many as blue was then.
 * Who dies takes nothing from what the group wants. A check, so that a resumed run says it too.
 */
export const tellScaledIn = defineCheck({
  name: 'aws-autoscaling/tell-scaled-in',
  version: 1,
  input: z.strictObject({ group: z.string(), blue: z.array(z.string()), wanted: z.int() }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, wanted }) => `see that nobody has scaled ${group} in from ${wanted}`,
  run: async ({ group, blue, wanted: from }, c) => {
    const { DesiredCapacity: desired, Instances } = await readGroup(c, group)
    const there = Instances.filter((member) => !isLeaving(member))
    const others = there.filter((member) => !blue.includes(member.InstanceId) && !isAside(member))
    // Standby has taken these out of what the group wants.
    const aside = there.filter((member) => blue.includes(member.InstanceId) && isAside(member))
    const to = desired - others.length + aside.length
    if (to >= from) return null
    const size = `aws autoscaling set-desired-capacity --auto-scaling-group-name ${group} --desired-capacity ${to}`
    const text = [
      `Somebody has scaled ${group} in meanwhile, from ${from} to ${to}`,
      `  this run goes by ${from}, as it was described; for ${to} behind it: ${size}`,
    ]
    c.emit({ kind: 'group.scaled-in', data: { group, from, to }, text, atEnd: true })
    return null
  },
})
