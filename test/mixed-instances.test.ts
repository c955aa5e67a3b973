import { join } from 'node:path'
import {
  AutoScaling,
  type MixedInstancesPolicy,
  type UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling'
import { EC2 } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rehearsal } from './breaks/rehearsal.ts'
import { dnsSwitch, edit, instanceSwap, refusal, type Subject } from './breaks/rehearsed-cloud.ts'
import { until } from './referees/until.ts'

const kinds = ['m5.large', 'm5.large spot', 'm5a.large spot']
const AutoScalingGroupName = 'web'

describe.each<[string, Subject, string, boolean]>([
  ['deploy:bluegreen', instanceSwap, 'EnterStandby', false],
  ['deploy:bluegreen-dns', dnsSwitch, 'ChangeResourceRecordSets', true],
])('%s of a group with a mixed instances policy', (_task, subject, last, switches) => {
  let rehearsal: Rehearsal
  let policy: MixedInstancesPolicy | undefined

  beforeAll(async () => {
    rehearsal = await Rehearsal.open(subject, async (directory) => {
      if (switches) await edit(join(directory, 'tasks.config.ts'), "quietFor: '8s'", "quietFor: '4s'")
    })
    const { endpoint, region, accessKeyId, secretAccessKey } = rehearsal.cloud
    const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    await mix(new AutoScaling(configuration), new EC2(configuration))
    await rehearsal.account.replace('web', true, 864_000)
    policy = (await rehearsal.account.group('web')).mixed
  }, 120_000)

  afterAll(() => rehearsal.close())

  /** Lets the seeded group launch three instances of several kinds, from a launch template like its configuration. */
  async function mix(scaling: AutoScaling, ec2: EC2): Promise<void> {
    const { launchConfiguration = '' } = await rehearsal.account.group('web')
    const { LaunchConfigurations: [like] = [] } = await scaling.describeLaunchConfigurations({
      LaunchConfigurationNames: [launchConfiguration],
    })
    await ec2.createLaunchTemplate({
      LaunchTemplateName: 'mix',
      LaunchTemplateData: {
        ImageId: like?.ImageId,
        KeyName: like?.KeyName,
        UserData: like?.UserData,
        SecurityGroupIds: like?.SecurityGroups,
      },
    })
    const update = (changes: Partial<UpdateAutoScalingGroupType>) =>
      scaling.updateAutoScalingGroup({ AutoScalingGroupName, ...changes })
    await update({
      MinSize: 0,
      DesiredCapacity: 0,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'mix', Version: '$Latest' },
          Overrides: [{ InstanceType: 'm5.large' }, { InstanceType: 'm5a.large' }],
        },
        InstancesDistribution: { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 0 },
      },
    })
    await until('it is empty', async () => (await rehearsal.account.group('web')).instances.length === 0)
    await update({ DesiredCapacity: 3 })
    await until('three serve', async () => (await rehearsal.account.inService('web')).length === 3)
  }

  /** What the instances of the live group are. */
  async function live(): Promise<{ group: string; kinds: string[]; versions: unknown[] }> {
    const { group } = (await rehearsal.project.cloud()).names
    const { instances } = await rehearsal.account.group(group)
    const ids = instances.map((text) => text.split(' ')[0])
    const members = (await rehearsal.account.instances()).filter(({ id }) => ids.includes(id))
    const versions = members.map(({ address }) => rehearsal.versionOn(address))
    return { group, kinds: members.map(({ kind }) => kind).sort(), versions: await Promise.all(versions) }
  }

  it('puts everything back when it fails', async () => {
    expect(await live()).toEqual({ group: 'web', kinds, versions: ['v1', 'v1', 'v1'] })
    const before = await rehearsal.account.inventory()
    const run = await rehearsal.with([refusal(last)], () => rehearsal.deploy('v3'))
    expect({ ...run, stderr: '' }).toMatchObject({ exitCode: 1 })
    expect(run.stdout).toMatch(/point web\S* at mix:2/)
    await rehearsal.isAgain(before)
  }, 180_000)

  it('replaces each instance by one of its kind, Spot Instances at risk too, and changes no more of the policy than the version', async () => {
    const instances = (await rehearsal.account.instances())
      .filter(({ kind }) => kind.endsWith('spot'))
      .map(({ id }) => id)
    // A group that went on with it would launch others in their place, of the old release.
    const recommend = () => rehearsal.administer('POST', 'recommendations', { instances })
    const run = await rehearsal.when(/✓ update_code/, recommend, rehearsal.deployment('v2'))
    expect({ ...run, stderr: '' }).toMatchObject({ exitCode: 0 })
    expect(run.stdout).toMatch(/^Traffic to \S+: [1-9]\d* requests, 0 failed/m)
    const { group, ...now } = await live()
    expect(now).toEqual({ kinds, versions: ['v2', 'v2', 'v2'] })
    expect(await rehearsal.account.group(group)).toMatchObject({ replacement: [true, 864_000] })
    expect(run.stdout).toMatch(/m5a\.large Spot {2}InService, healthy/)
    const { LaunchTemplateSpecification: said, ...template } = policy?.LaunchTemplate ?? {}
    expect(said?.Version).toBe('$Latest')
    expect((await rehearsal.account.group(group)).mixed).toEqual({
      ...policy,
      LaunchTemplate: { ...template, LaunchTemplateSpecification: { ...said, Version: '3' } },
    })
  }, 180_000)
})
