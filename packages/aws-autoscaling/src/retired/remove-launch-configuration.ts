import { autoScalingApi, awsCode, lookFor, sayLeft } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Named = z.object({ LaunchConfigurations: z.array(z.unknown()) })

/**
 * Deletes a launch configuration, unless a group uses it (`DeleteLaunchConfiguration`). Cannot be undone: it belongs
 * behind the commit.
 */
export const removeLaunchConfiguration = defineChange({
  name: 'aws-autoscaling/remove-launch-configuration',
  version: 1,
  input: z.strictObject({ name: z.string() }),
  beforeSchema: z.null(),
  output: z.strictObject({ removed: z.boolean() }),
  calls: ['autoscaling:DeleteLaunchConfiguration', 'autoscaling:DescribeLaunchConfigurations'],
  title: ({ name }) => `delete launch configuration ${name}`,
  placeholder: () => ({ removed: true }),
  before: async () => null,
  run: async ({ name }, c) => {
    try {
      await autoScalingApi(c, 'DeleteLaunchConfiguration', { LaunchConfigurationName: name }, z.unknown())
      return { removed: true }
    } catch (error) {
      if (!/^ResourceInUse/.test(awsCode(error) ?? '')) throw error
      sayLeft(c, `launch configuration ${name}`, 'a group launches from it')
      return { removed: false }
    }
  },
  find: async ({ name }, c) => {
    const input = { LaunchConfigurationNames: [name] }
    const isGone = await lookFor(c, async () => {
      const answer = await autoScalingApi(c, 'DescribeLaunchConfigurations', input, Named)
      return answer.LaunchConfigurations.length === 0
    })
    return isGone ? { status: 'done', output: { removed: true } } : { status: 'absent' }
  },
  undo: async ({ name }) => ({
    leftAlone: `launch configuration ${name}: a deleted one cannot be brought back`,
  }),
  touches: ({ name }) => [`launch-configuration/${name}`],
})
