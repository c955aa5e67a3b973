import {
  allPages,
  ec2Api,
  findLaunchTemplateVersion,
  LaunchSource,
  lookFor,
  makeSure,
  nameFor,
  readSameSettings,
  sourceThing,
  versionWithImage,
} from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deleteVersion, groupSaying } from './launch-template-version.ts'

const descriptionLimit = 255

const [, TemplateSource] = LaunchSource.options
const Made = z.strictObject({ version: z.string() })
const Created = z.object({ LaunchTemplateVersion: z.object({ VersionNumber: z.int() }) })
const Templates = z.object({ LaunchTemplates: z.array(z.object({ LatestVersionNumber: z.int() })) })
const Found = z.object({
  LaunchTemplateVersions: z.array(
    z.object({ VersionNumber: z.int(), VersionDescription: z.string().optional() }),
  ),
  NextToken: z.string().optional(),
})

/**
 * Gives a launch template its next version: an old one in full, with another image (`CreateLaunchTemplateVersion`). User
 * data goes from AWS to AWS, as it is; the default version stays. Undone by deleting the version, unless a group names
 * its number or it has been made the default.
 */
export const createLaunchTemplateVersion = defineChange({
  name: 'aws-autoscaling/create-launch-template-version',
  version: 1,
  input: z.strictObject({
    /** The version to copy, and the digest of its settings when the group was described. */
    from: TemplateSource,
    digest: z.string(),
    image: z.string(),
    /** The group that it is for, which its description names. */
    group: z.string().exactOptional(),
  }),
  /** The highest number that there was. */
  beforeSchema: z.strictObject({ latest: z.int() }),
  output: Made,
  calls: [
    'ec2:CreateLaunchTemplateVersion',
    'ec2:DeleteLaunchTemplateVersions',
    'ec2:DescribeLaunchTemplates',
    'ec2:DescribeLaunchTemplateVersions',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ from, image }) => `add a version to ${from.name}, like ${from.version} with ${image}`,
  before: async ({ from }, c) => {
    const input = { LaunchTemplateIds: [from.id] }
    const { LaunchTemplates } = await ec2Api(c, 'DescribeLaunchTemplates', input, Templates)
    return { latest: Math.max(...LaunchTemplates.map(({ LatestVersionNumber }) => LatestVersionNumber)) }
  },
  run: async ({ from, digest, image, group }, c) => {
    const settings = await readSameSettings(c, from, digest)
    const input = {
      ...versionWithImage(settings.version, descriptionOf(group ?? from.name, c), image),
      ClientToken: c.token,
    }
    const { LaunchTemplateVersion } = await ec2Api(c, 'CreateLaunchTemplateVersion', input, Created)
    return { version: `${LaunchTemplateVersion.VersionNumber}` }
  },
  find: async ({ from, group }, c) => {
    const description = descriptionOf(group ?? from.name, c)
    const found = await lookFor(c, async () =>
      (await versionsFrom(c, from.id, c.before.latest)).find(
        ({ VersionDescription }) => VersionDescription === description,
      ),
    )
    return found ? { status: 'done', output: { version: `${found.VersionNumber}` } } : { status: 'absent' }
  },
  undo: async ({ from }, { output: { version }, ...c }) => {
    const { id, name } = from
    const made = await lookFor(c, () => findLaunchTemplateVersion(c, id, version))
    if (!made) return undefined
    if (made.DefaultVersion) return { leftAlone: `${name}:${version} is the default of its template now` }
    // A group that says `$Latest` goes back to the version before it, as it should.
    let user: string | undefined
    // A group that was pointed back a moment ago may still be shown as it was.
    await lookFor(c, async () => {
      user = await groupSaying(c, from, [version])
      return user === undefined
    })
    if (user !== undefined) return { leftAlone: `${name}:${version}: group ${user} uses it` }
    const isGone = async (): Promise<boolean> =>
      (await findLaunchTemplateVersion(c, id, version)) === undefined
    await makeSure(c, () => deleteVersion(c, { ...from, version }), isGone)
    return undefined
  },
  touches: ({ from, image }, { version }) => [sourceThing({ ...from, version }), `image/${image}`],
  makes: ({ from }, { version }) => [sourceThing({ ...from, version })],
  leaves: ({ from }, { version }) => [`launch template version ${from.name}:${version}`],
})

const descriptionOf = (name: string, c: { readonly token: string }): string =>
  nameFor(name, c.token, descriptionLimit)

const versionsFrom = (
  c: StepContext,
  LaunchTemplateId: string,
  first: number,
): Promise<z.infer<typeof Found>['LaunchTemplateVersions']> =>
  allPages(async (NextToken) => {
    const input = { LaunchTemplateId, MinVersion: `${first}`, NextToken }
    const page = await ec2Api(c, 'DescribeLaunchTemplateVersions', input, Found)
    return { items: page.LaunchTemplateVersions, next: page.NextToken }
  })
