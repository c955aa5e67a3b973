import { allPages, autoScalingApi, ec2Api, sourceThing } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findInstances, isEnding } from '../instances.ts'

/** Who uses an image, in words: `i-1 runs from it`. */
export interface ImageUser {
  readonly image: string
  /** As steps name what they touch: `instance/i-1`. */
  readonly by: string
  readonly text: string
}

const Image = z.object({ ImageId: z.string().optional() })
const Configurations = z.object({
  LaunchConfigurations: z.array(z.object({ LaunchConfigurationName: z.string(), ImageId: z.string() })),
  NextToken: z.string().optional(),
})
const Groups = z.object({
  AutoScalingGroups: z.array(
    z.object({
      AutoScalingGroupName: z.string(),
      MixedInstancesPolicy: z
        .object({ LaunchTemplate: z.object({ Overrides: z.array(Image).optional() }).optional() })
        .optional(),
    }),
  ),
  NextToken: z.string().optional(),
})
const Templates = z.object({
  LaunchTemplates: z.array(z.object({ LaunchTemplateId: z.string(), LaunchTemplateName: z.string() })),
  NextToken: z.string().optional(),
})
const Versions = z.object({
  LaunchTemplateVersions: z.array(z.object({ VersionNumber: z.int(), LaunchTemplateData: Image })),
  NextToken: z.string().optional(),
})

/** Everything in the account that uses these images. An instance on its way out does not need its image any more. */
export async function usersOf(c: StepContext, images: readonly string[]): Promise<ImageUser[]> {
  if (images.length === 0) return []
  const [instances, configurations, groups, templates] = await Promise.all([
    findInstances(c, { Name: 'image-id', Values: [...images] }),
    readConfigurations(c),
    readGroups(c),
    readVersions(c),
  ])
  const users: ImageUser[] = [
    ...instances
      .filter((instance) => !isEnding(instance))
      .map(({ InstanceId, ImageId, State }) => ({
        image: ImageId,
        by: `instance/${InstanceId}`,
        text: `${InstanceId}, which is ${State.Name}, was launched from it`,
      })),
    ...configurations.map(({ name, image }) => ({
      image,
      by: sourceThing({ kind: 'launchConfiguration', name }),
      text: `launch configuration ${name} names it`,
    })),
    ...templates.map(({ id, name, version, image }) => ({
      image,
      by: sourceThing({ kind: 'launchTemplate', id, name, version }),
      text: `launch template ${name}:${version} names it`,
    })),
    ...groups.map(({ name, image }) => ({
      image,
      by: `group/${name}`,
      text: `the instances policy of group ${name} names it`,
    })),
  ]
  return users.filter(({ image }) => images.includes(image))
}

async function readConfigurations(c: StepContext): Promise<{ name: string; image: string }[]> {
  const found = await allPages(async (NextToken) => {
    const page = await autoScalingApi(c, 'DescribeLaunchConfigurations', { NextToken }, Configurations)
    return { items: page.LaunchConfigurations, next: page.NextToken }
  })
  return found.map(({ LaunchConfigurationName: name, ImageId: image }) => ({ name, image }))
}

/** Groups whose policy names images of its own, besides its launch template. */
async function readGroups(c: StepContext): Promise<{ name: string; image: string }[]> {
  const found = await allPages(async (NextToken) => {
    const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', { NextToken }, Groups)
    return { items: page.AutoScalingGroups, next: page.NextToken }
  })
  return found.flatMap(({ AutoScalingGroupName: name, MixedInstancesPolicy: policy }) =>
    (policy?.LaunchTemplate?.Overrides ?? []).map(({ ImageId: image = '' }) => ({ name, image })),
  )
}

async function readVersions(
  c: StepContext,
): Promise<{ id: string; name: string; version: string; image: string }[]> {
  const templates = await allPages(async (NextToken) => {
    const page = await ec2Api(c, 'DescribeLaunchTemplates', { NextToken }, Templates)
    return { items: page.LaunchTemplates, next: page.NextToken }
  })
  const versions = await Promise.all(
    templates.map(async ({ LaunchTemplateId: id, LaunchTemplateName: name }) => {
      const found = await allPages(async (NextToken) => {
        // A version may name its image by a parameter of Systems Manager.
        const input = { LaunchTemplateId: id, ResolveAlias: true, NextToken }
        const page = await ec2Api(c, 'DescribeLaunchTemplateVersions', input, Versions)
        return { items: page.LaunchTemplateVersions, next: page.NextToken }
      })
      return found.map(({ VersionNumber, LaunchTemplateData: { ImageId: image = '' } }) => ({
        ...{ id, name, image },
        version: `${VersionNumber}`,
      }))
    }),
  )
  return versions.flat()
}
