import {
  autoScalingApi,
  awsCode,
  configurationWithImage,
  lookFor,
  makeSure,
  nameFor,
  readSameSettings,
} from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'

const kind = 'launchConfiguration'
const nameLimit = 255
const Named = z.strictObject({ name: z.string() })
const Names = z.object({ LaunchConfigurations: z.array(z.object({ LaunchConfigurationName: z.string() })) })

/**
 * Copies a launch configuration with another image, under a name of its own (`CreateLaunchConfiguration`). User data
 * goes from AWS to AWS, as it is. Undone by deleting it.
 */
export const createLaunchConfiguration = defineChange({
  name: 'aws-autoscaling/create-launch-configuration',
  version: 1,
  input: z.strictObject({
    /** The one to copy, and the digest of its settings when the group was described. */
    from: z.string(),
    digest: z.string(),
    image: z.string(),
  }),
  beforeSchema: z.null(),
  output: Named,
  calls: [
    'autoscaling:CreateLaunchConfiguration',
    'autoscaling:DeleteLaunchConfiguration',
    'autoscaling:DescribeLaunchConfigurations',
    'ec2:DescribeImages',
    'iam:PassRole',
  ],
  title: ({ from, image }) => `copy ${from} with ${image}`,
  before: async () => null,
  run: async ({ from, digest, image }, c) => {
    const settings = await readSameSettings(c, { kind, name: from }, digest)
    const name = nameFor(from, c.token, nameLimit)
    const input = configurationWithImage(settings.configuration, name, image)
    await autoScalingApi(c, 'CreateLaunchConfiguration', input, z.unknown())
    return { name }
  },
  find: async ({ from }, c) => {
    const name = nameFor(from, c.token, nameLimit)
    const made = await lookFor(c, () => exists(c, name))
    return made ? { status: 'done', output: { name } } : { status: 'absent' }
  },
  undo: async (_input, { output: { name }, ...c }) => {
    if (!(await lookFor(c, () => exists(c, name)))) return undefined
    const input = { LaunchConfigurationName: name }
    const isGone = async (): Promise<boolean> => !(await exists(c, name))
    try {
      await makeSure(c, () => autoScalingApi(c, 'DeleteLaunchConfiguration', input, z.unknown()), isGone)
      return undefined
    } catch (error) {
      if (!/^ResourceInUse/.test(awsCode(error) ?? '')) throw error
      return { leftAlone: `launch configuration ${name}: a group uses it` }
    }
  },
  touches: ({ image }, { name }) => [`launch-configuration/${name}`, `image/${image}`],
  makes: (_input, { name }) => [`launch-configuration/${name}`],
  leaves: (_input, { name }) => [`launch configuration ${name}`],
})

async function exists(c: StepContext, name: string): Promise<boolean> {
  const input = { LaunchConfigurationNames: [name] }
  const { LaunchConfigurations } = await autoScalingApi(c, 'DescribeLaunchConfigurations', input, Names)
  return LaunchConfigurations.length > 0
}
