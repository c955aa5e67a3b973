import {
  allPages,
  autoScalingApi,
  ec2Api,
  LaunchSource,
  pinTag,
  runOfName,
  sourceName,
  sourceThing,
  stemOf,
} from '@viridian/aws'
import { defineRead, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import type { Group } from '../group.ts'
import { saysVersion } from '../launch-template-version.ts'
import { parsePin, sourceMark } from '../pin-tag.ts'
import { removeLaunchConfiguration } from '../retired/remove-launch-configuration.ts'
import { removeLaunchTemplateVersion } from '../retired/remove-launch-template-version.ts'
import { allGroups } from './all-groups.ts'

const MadeSource = z.strictObject({
  source: LaunchSource,
  /** Null for one that no run has made, and that only what is removed has needed. */
  run: z.string().nullable(),
  /** What it is a successor in: of one template, groups have series of their own. */
  series: z.string(),
  user: z.string().exactOptional(),
})
type MadeSource = z.infer<typeof MadeSource>

const Configurations = z.object({
  LaunchConfigurations: z.array(z.object({ LaunchConfigurationName: z.string() })),
  NextToken: z.string().optional(),
})
const Templates = z.object({
  LaunchTemplates: z.array(z.object({ LaunchTemplateId: z.string(), LaunchTemplateName: z.string() })),
  NextToken: z.string().optional(),
})
const Versions = z.object({
  LaunchTemplateVersions: z.array(
    z.object({
      VersionNumber: z.int(),
      VersionDescription: z.string().optional(),
      DefaultVersion: z.boolean().default(false),
    }),
  ),
  NextToken: z.string().optional(),
})

/** Finds the launch configurations and the template versions that runs have made, as their names and descriptions say. */
export const findMadeSources = defineRead({
  name: 'aws-autoscaling/find-made-sources',
  version: 2,
  input: z.strictObject({
    /** Groups that don't count: they will be gone. */
    without: z.array(z.string()),
    /** Groups whose pins don't count: they will be given back. */
    unpinned: z.array(z.string()),
    /** Others to look at, as steps name them: nobody may need them any more. */
    needed: z.array(z.string()),
  }),
  output: z.array(MadeSource),
  calls: [
    'autoscaling:DescribeLaunchConfigurations',
    'autoscaling:DescribeAutoScalingGroups',
    'ec2:DescribeLaunchTemplates',
    'ec2:DescribeLaunchTemplateVersions',
  ],
  title: () => 'find the launch sources that runs have made',
  run: async ({ without, unpinned, needed }, c) => {
    const [all, configurations, versions] = await Promise.all([
      allGroups(c),
      readConfigurations(c),
      readVersions(c),
    ])
    const groups = all.filter(({ AutoScalingGroupName }) => !without.includes(AutoScalingGroupName))
    const returns = waysBack(groups.filter(({ AutoScalingGroupName: name }) => !unpinned.includes(name)))
    const madeSource = (
      source: LaunchSource,
      name: string,
      series: string,
      used: string | undefined,
    ): MadeSource => {
      const user = used ?? returns.get(sourceMark(source))
      return { source, run: runOfName(name) ?? null, series, ...(user !== undefined && { user }) }
    }
    const found = [
      ...configurations.map((name) => {
        const user = groups.find(({ LaunchConfigurationName }) => LaunchConfigurationName === name)
        const source = { kind: 'launchConfiguration', name } as const
        return madeSource(source, name, stemOf(name), user && launchesFrom(user))
      }),
      ...versions.map(({ source, description, isDefault, isLatest }) => {
        const said = [source.version, ...(isLatest ? ['$Latest'] : []), ...(isDefault ? ['$Default'] : [])]
        const user = groups.find((group) => saysVersion(group, source, said))
        const why = isDefault ? 'it is the default of its template' : user && launchesFrom(user)
        return madeSource(source, description, `${source.id} ${stemOf(description)}`, why)
      }),
    ]
    return found.filter(({ source, run }) => run !== null || needed.includes(sourceThing(source)))
  },
})

/** Launch configurations, and versions of launch templates. */
export const leftSources: LeftoverKind = {
  kind: 'launch source',
  after: ['group'],
  find: async (t, going) => {
    const needed = ['launch-configuration', 'launch-template'].flatMap((kind) =>
      going.needed(kind).map((name) => `${kind}/${name}`),
    )
    const goingTo = { without: going.named('group'), unpinned: going.named('pin') }
    const found = await t.step(findMadeSources, { ...goingTo, needed })
    return found.map(({ source, run, series, user }) => ({
      thing: sourceThing(source),
      title: titleOf(source),
      ...(run !== null && { run, series }),
      ...(user !== undefined && { inUse: user }),
      remove: async (t) => {
        if (source.kind === 'launchConfiguration')
          await t.step(removeLaunchConfiguration, { name: source.name })
        else await t.step(removeLaunchTemplateVersion, { source })
      },
    }))
  },
}

const titleOf = (source: LaunchSource): string =>
  `${source.kind === 'launchConfiguration' ? 'launch configuration' : 'launch template version'} ${sourceName(source)}`

const launchesFrom = ({ AutoScalingGroupName: name }: Group): string => `group ${name} launches from it`

/** By the marks of launch sources, whose pin says that a group may be pointed back at it: also a run's of another machine. */
const waysBack = (groups: readonly Group[]): ReadonlyMap<string, string> =>
  new Map(
    groups.flatMap(({ AutoScalingGroupName: name, Tags }): [string, string][] => {
      const pin = parsePin(Tags.find(({ Key }) => Key === pinTag)?.Value ?? '')
      if (pin?.source === undefined) return []
      return [[pin.source, `run ${pin.run} holds group ${name}, and may point it back at it`]]
    }),
  )

async function readConfigurations(c: StepContext): Promise<string[]> {
  const found = await allPages(async (NextToken) => {
    const page = await autoScalingApi(c, 'DescribeLaunchConfigurations', { NextToken }, Configurations)
    return { items: page.LaunchConfigurations, next: page.NextToken }
  })
  return found.map(({ LaunchConfigurationName }) => LaunchConfigurationName)
}

async function readVersions(c: StepContext) {
  const templates = await allPages(async (NextToken) => {
    const page = await ec2Api(c, 'DescribeLaunchTemplates', { NextToken }, Templates)
    return { items: page.LaunchTemplates, next: page.NextToken }
  })
  const found = await Promise.all(
    templates.map(async ({ LaunchTemplateId: id, LaunchTemplateName: name }) => {
      const versions = await allPages(async (NextToken) => {
        const input = { LaunchTemplateId: id, NextToken }
        const page = await ec2Api(c, 'DescribeLaunchTemplateVersions', input, Versions)
        return { items: page.LaunchTemplateVersions, next: page.NextToken }
      })
      const latest = Math.max(...versions.map(({ VersionNumber }) => VersionNumber))
      return versions.map(({ VersionNumber, VersionDescription: description = '', DefaultVersion }) => ({
        source: { kind: 'launchTemplate', id, name, version: `${VersionNumber}` } as const,
        description,
        isDefault: DefaultVersion,
        isLatest: VersionNumber === latest,
      }))
    }),
  )
  return found.flat()
}
