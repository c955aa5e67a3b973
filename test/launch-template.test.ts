import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rehearsal } from './breaks/rehearsal.ts'
import { instanceSwap, refusal } from './breaks/rehearsed-cloud.ts'
import { until } from './referees/until.ts'

let rehearsal: Rehearsal
let userData: string

beforeAll(async () => {
  rehearsal = await Rehearsal.open(instanceSwap)
  const { endpoint, region, accessKeyId, secretAccessKey } = rehearsal.cloud
  const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  await makeGroup(new AutoScalingClient(configuration), new EC2Client(configuration))
  await until('two in service', async () => (await inService()).length === 2)
})

afterAll(() => rehearsal.close())

/** The group `tpl` of two: what the seeded group launches, said by a launch template, whatever its latest version is. */
async function makeGroup(autoScaling: AutoScalingClient, ec2: EC2Client): Promise<void> {
  const { AutoScalingGroups: [seeded] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
  )
  const LaunchConfigurationNames = [seeded?.LaunchConfigurationName ?? '']
  const { LaunchConfigurations: [like] = [] } = await autoScaling.send(
    new DescribeLaunchConfigurationsCommand({ LaunchConfigurationNames }),
  )
  userData = like?.UserData ?? ''
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'tpl',
      LaunchTemplateData: {
        ImageId: like?.ImageId,
        InstanceType: 't3.micro',
        KeyName: like?.KeyName,
        UserData: userData,
        NetworkInterfaces: [{ DeviceIndex: 0, DeleteOnTermination: true, Groups: like?.SecurityGroups }],
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, VolumeType: 'gp3' } }],
      },
    }),
  )
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'tpl',
      LaunchTemplate: { LaunchTemplateName: 'tpl', Version: '$Latest' },
      MinSize: 0,
      MaxSize: 2,
      DesiredCapacity: 2,
      VPCZoneIdentifier: seeded?.VPCZoneIdentifier,
    }),
  )
}

const deploy = (release: string, ...flags: string[]) => rehearsal.deploy(release, '--group', 'tpl', ...flags)

/** The ids of the group's instances in service. */
async function inService(): Promise<string[]> {
  const { instances } = await rehearsal.account.group('tpl')
  return instances.filter((text) => text.includes('InService')).map((text) => text.split(' ')[0] ?? '')
}

/** The versions that they serve. */
async function served(): Promise<unknown[]> {
  const ids = await inService()
  const members = (await rehearsal.account.instances()).filter(({ id }) => ids.includes(id))
  return Promise.all(members.map(({ address }) => rehearsal.versionOn(address)))
}

/** What all runs have written down. */
async function journals(): Promise<string> {
  const directory = join(rehearsal.project.directory, '.tasks/runs')
  const files = (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.jsonl'))
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')))
  return texts.join('')
}

describe.sequential('deploy:bluegreen of a group with a launch template', () => {
  it('puts everything back when it fails, `$Latest` too, and journals no user data', async () => {
    const before = await rehearsal.account.inventory()
    const run = await rehearsal.with([refusal('EnterStandby')], () => deploy('v3'))
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toMatch(/point tpl at tpl:2/)
    await rehearsal.isAgain(before)
    expect(await rehearsal.account.group('tpl')).toMatchObject({ launchTemplate: 'tpl:$Latest' })
    const journal = await journals()
    expect(journal).toContain('aws-autoscaling/create-launch-template-version')
    expect(journal).not.toContain(userData)
  }, 120_000)

  // A number is never given twice: 2 was the version that was taken back.
  it('leaves the group at a numbered version with the new image, and keeps the old one', async () => {
    const before = await rehearsal.account.templates()
    const run = await deploy('v2')
    expect({ ...run, stderr: '' }).toMatchObject({ exitCode: 0 })
    const templates = await rehearsal.account.templates()
    expect(templates).toEqual([...before, expect.stringMatching(/^tpl:3 ami-/)])
    const [image] = templates[1]?.match(/ami-\w+/) ?? []
    expect(before.join()).not.toContain(image)
    expect(await rehearsal.account.group('tpl')).toMatchObject({ launchTemplate: 'tpl:3', sizes: [0, 2, 2] })
    expect(await served()).toEqual(['v2', 'v2'])
    expect(run.stdout).toContain(`launched from tpl:3 with ${image}`)
  }, 120_000)

  it('launches by itself what was deployed', async () => {
    const [victim = ''] = await inService()
    await rehearsal.account.terminate(victim)
    await until('it is replaced', async () => {
      const ids = await inService()
      return ids.length === 2 && !ids.includes(victim)
    })
    await expect.poll(served, { timeout: 30_000 }).toEqual(['v2', 'v2'])
  }, 90_000)
})
