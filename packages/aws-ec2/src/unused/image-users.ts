import { allPages, autoScalingApi, ec2Api, type LaunchSource } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from 'zod'
import { findInstances } from '../instances.ts'

/** Who uses an image, in words: `i-1 runs from it`. */
export interface ImageUser {
  readonly image: string
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

/** Everything in the account that uses these images, but for some launch sources that don't count. */
export async function usersOf(
  c: StepContext,
  images: readonly string[],
  without: readonly LaunchSource[],
): Promise<ImageUser[]> {
  if (images.length === 0) return []
  const [instances, configurations, groups, templates] = await Promise.all([
    findInstances(c, { Name: 'image-id', Values: [...images] }),
    readConfigurations(c),
    readGroups(c),
    readVersions(c),
  ])
  const users: ImageUser[] = [
    ...instances
      .filter(({ State }) => State.Name !== 'terminated')
      .map(({ InstanceId, ImageId, State }) => ({
        image: ImageId,
        text: `${InstanceId}, which is ${State.Name}, was launched from it`,
      })),
    ...configurations
      .filter(
        ({ name }) => !without.some((each) => each.kind === 'launchConfiguration' && each.name === name),
      )
      .map(({ name, image }) => ({ image, text: `launch configuration ${name} names it` })),
    ...templates
      .filter(
        ({ id, version }) =>
          !without.some(
            (each) => each.kind === 'launchTemplate' && each.id === id && each.version === version,
          ),
      )
      .map(({ name, version, image }) => ({ image, text: `launch template ${name}:${version} names it` })),
    ...groups.map(({ name, image }) => ({ image, text: `the instances policy of group ${name} names it` })),
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
