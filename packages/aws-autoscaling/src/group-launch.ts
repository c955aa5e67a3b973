import { autoScalingApi } from '@viridian/aws'
import { defineChange, type StepContext, ViridianError } from '@viridian/core'
import { z } from 'zod'
import { readGroup } from './group.ts'

const Launch = z.strictObject({ name: z.string() })

/**
 * Points a group at another launch configuration (`UpdateAutoScalingGroup`): what it launches from now on. Undone by
 * pointing it back, unless somebody has pointed it elsewhere since.
 */
export const setGroupLaunch = defineChange({
  name: 'aws-autoscaling/set-group-launch',
  version: 1,
  input: z.strictObject({ group: z.string(), name: z.string() }),
  beforeSchema: Launch,
  output: z.null(),
  calls: ['autoscaling:UpdateAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups', 'iam:PassRole'],
  title: ({ group, name }) => `point ${group} at ${name}`,
  before: ({ group }, c) => launchOf(c, group),
  run: async ({ group, name }, c) => {
    await setLaunch(c, group, name)
    return null
  },
  find: async ({ group, name }, c) => {
    const now = await launchOf(c, group)
    return now.name === name ? { status: 'done', output: null } : { status: 'absent' }
  },
  undo: async ({ group, name }, c) => {
    const now = await launchOf(c, group)
    if (now.name === c.before.name) return undefined
    if (now.name !== name)
      return { leftAlone: `${group} launches from ${now.name} now: somebody has changed it` }
    await setLaunch(c, group, c.before.name)
    return undefined
  },
  touches: ({ group, name }) => [`group/${group}#launch`, `launch-configuration/${name}`],
  leaves: ({ group, name }) => [`group ${group}: launches from ${name}`],
})

async function launchOf(c: StepContext, group: string): Promise<z.infer<typeof Launch>> {
  const { LaunchConfigurationName: name } = await readGroup(c, group)
  if (name) return { name }
  throw new ViridianError('E_GROUP_CHANGED', `${group} has no launch configuration any more`, {
    hint: 'somebody has given it a launch template meanwhile: run the task again when they are done',
  })
}

async function setLaunch(c: StepContext, group: string, name: string): Promise<void> {
  const input = { AutoScalingGroupName: group, LaunchConfigurationName: name }
  await autoScalingApi(c, 'UpdateAutoScalingGroup', input, z.unknown())
}
