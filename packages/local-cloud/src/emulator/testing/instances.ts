import {
  DescribeInstancesCommand,
  type Filter,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2'
import { type Ec2Cloud, eventually } from './ec2-cloud.ts'

/** The instances of a cloud, by way of its client. */
export class Instances {
  readonly #cloud: Ec2Cloud

  constructor(cloud: Ec2Cloud) {
    this.#cloud = cloud
  }

  async run(changes: Partial<RunInstancesCommandInput> = {}): Promise<Instance[]> {
    const input = { ImageId: this.#cloud.imageId, MinCount: 1, MaxCount: 1, ...changes }
    return (await this.#cloud.client.send(new RunInstancesCommand(input))).Instances ?? []
  }

  async describe(ids: string[]): Promise<Instance[]> {
    const command = new DescribeInstancesCommand({ InstanceIds: ids })
    const { Reservations = [] } = await this.#cloud.client.send(command)
    return Reservations.flatMap(({ Instances = [] }) => Instances)
  }

  /** The ids of those that pass all filters. */
  async found(...filters: Filter[]): Promise<string[]> {
    const command = new DescribeInstancesCommand({ Filters: filters })
    const { Reservations = [] } = await this.#cloud.client.send(command)
    return Reservations.flatMap(({ Instances = [] }) => idsOf(Instances))
  }

  reach(ids: string[], state: string): Promise<Instance[]> {
    return eventually(
      () => this.describe(ids),
      (instances) => instances.every(({ State }) => State?.Name === state),
    )
  }
}

export function idsOf(instances: readonly Instance[]): string[] {
  return instances.map(({ InstanceId = '' }) => InstanceId)
}
