import { Resolver } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { EC2, type Instance } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { openCloud } from '../../cloud.ts'

export const region = 'eu-west-1'

/** Real seconds that an AWS second takes in these tests. */
const timeScale = 0.02

/** A whole cloud in a temporary directory, by way of its clients alone. */
export async function openTestCloud() {
  const reports: unknown[] = []
  const cloud = await openCloud({
    region,
    timeScale,
    latencies: { launch: 1, stop: 1, terminate: 1, image: 1, sync: 5, provision: 1 },
    report: (error) => reports.push(error),
  })
  const { endpoint, accessKeyId, secretAccessKey } = cloud
  const config = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 }
  const ec2 = new EC2(config)
  const elb = new ElasticLoadBalancing(config)
  const { Images } = await ec2.describeImages({ Owners: ['amazon'] })
  const imageId = Images?.[0]?.ImageId ?? ''
  const resolver = new Resolver()
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  const describe = async (ids: readonly string[]): Promise<Instance[]> => {
    const { Reservations = [] } = await ec2.describeInstances({ InstanceIds: [...ids] })
    return Reservations.flatMap(({ Instances = [] }) => Instances)
  }
  const reach = (ids: readonly string[], state: string): Promise<void> =>
    until(async () => (await describe(ids)).every(({ State }) => State?.Name === state), state)
  return {
    config,
    ec2,
    resolver,
    imageId,
    reports,
    describe,
    /** Resolves when so many new instances run. */
    async launch(count: number, AvailabilityZone = `${region}a`): Promise<string[]> {
      const { Instances = [] } = await ec2.runInstances({
        ImageId: imageId,
        InstanceType: 't3.micro',
        MinCount: count,
        MaxCount: count,
        Placement: { AvailabilityZone },
      })
      const ids = Instances.map(({ InstanceId }) => InstanceId ?? '')
      await reach(ids, 'running')
      return ids
    },
    async stop(id: string): Promise<void> {
      await ec2.stopInstances({ InstanceIds: [id] })
      await reach([id], 'stopped')
    },
    async terminate(id: string): Promise<void> {
      await ec2.terminateInstances({ InstanceIds: [id] })
    },
    /** EC2 recommends to replace these Spot Instances. */
    async recommend(...instances: string[]): Promise<{ status: number; text: string }> {
      const answer = await fetch(`${endpoint}/_viridian/recommendations`, {
        method: 'POST',
        headers: { 'x-viridian-secret': secretAccessKey },
        body: JSON.stringify({ instances }),
      })
      return { status: answer.status, text: await answer.text() }
    },
    /** Resolves when so many instances of a load balancer are in service. */
    serving: (LoadBalancerName: string, count: number) =>
      until(async () => {
        const { InstanceStates = [] } = await elb.describeInstanceHealth({ LoadBalancerName })
        return InstanceStates.filter(({ State }) => State === 'InService').length === count
      }, `${count} instances in service behind ${LoadBalancerName}`),
    /** Lets so many AWS seconds go by: what was to happen by itself has happened then. */
    pass: (seconds: number) => sleep(seconds * 1000 * timeScale),
    async close(): Promise<void> {
      for (const client of [ec2, elb]) client.destroy()
      await cloud.close()
    },
  }
}

export type TestCloud = Awaited<ReturnType<typeof openTestCloud>>

/** Polls until the condition holds, for 20 seconds at most. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 20 s`)
    await sleep(10)
  }
}

/** The refusal's code and message: `Code: message`. */
export async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`
    throw error
  }
  return 'not refused'
}
