import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AliasTarget,
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetChangeCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type { Access } from '../account.ts'

const zone = 'example.test'

/** Names besides the one that the local cloud begins with, in the same zone: written and read by Amazon's own SDK. */
export class Names {
  readonly #client: Route53Client

  constructor({ endpoint, region, accessKeyId, secretAccessKey }: Access) {
    this.#client = new Route53Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  }

  async createZone(Name: string): Promise<void> {
    await this.#client.send(
      new CreateHostedZoneCommand({ Name, CallerReference: `${Name} ${performance.now()}` }),
    )
  }

  /** Writes a record set, and waits until the name servers have it. */
  put(set: ResourceRecordSet): Promise<void> {
    return this.#change({ Action: 'UPSERT', ResourceRecordSet: set })
  }

  remove(set: ResourceRecordSet): Promise<void> {
    return this.#change({ Action: 'DELETE', ResourceRecordSet: set })
  }

  /** Changes a setting of a name's alias, and leaves where it leads. */
  async tune(name: string, change: Pick<AliasTarget, 'EvaluateTargetHealth'>): Promise<void> {
    for (const set of await this.setsOf(name))
      if (set.AliasTarget) await this.put({ ...set, AliasTarget: { ...set.AliasTarget, ...change } })
  }

  async setsOf(name: string): Promise<ResourceRecordSet[]> {
    const { ResourceRecordSets = [] } = await this.#client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: await this.zoneId(), StartRecordName: name }),
    )
    return ResourceRecordSets.filter(({ Name }) => Name === `${name}.`)
  }

  async zoneId(): Promise<string> {
    const { HostedZones: [found] = [] } = await this.#client.send(
      new ListHostedZonesByNameCommand({ DNSName: zone }),
    )
    return found?.Id?.replace('/hostedzone/', '') ?? ''
  }

  async #change(change: Change): Promise<void> {
    const { ChangeInfo } = await this.#client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: await this.zoneId(),
        ChangeBatch: { Changes: [change] },
      }),
    )
    const isPending = async (): Promise<boolean> =>
      (await this.#client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status === 'PENDING'
    while (await isPending()) await sleep(50)
  }
}
