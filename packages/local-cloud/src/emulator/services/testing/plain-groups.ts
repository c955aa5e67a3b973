import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import type { TestCloud } from './test-cloud.ts'

export const web = { AutoScalingGroupName: 'web' }
export const v1 = { LaunchConfigurationName: 'v1' }

/** Groups without instances, and what they would launch from. */
export class PlainGroups {
  readonly scaling: AutoScaling
  readonly #imageId: string

  constructor(cloud: TestCloud) {
    this.scaling = new AutoScaling(cloud.config)
    this.#imageId = cloud.imageId
  }

  async createSource(name = 'v1', changes: object = {}): Promise<void> {
    await this.scaling.createLaunchConfiguration({
      LaunchConfigurationName: name,
      ImageId: this.#imageId,
      InstanceType: 't3.micro',
      ...changes,
    })
  }

  async createGroup(name = 'web', changes: object = {}): Promise<void> {
    await this.scaling.createAutoScalingGroup({
      AutoScalingGroupName: name,
      ...v1,
      MinSize: 0,
      MaxSize: 0,
      AvailabilityZones: ['eu-west-1a'],
      ...changes,
    })
  }
}
