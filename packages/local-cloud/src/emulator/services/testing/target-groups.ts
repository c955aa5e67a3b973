import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  type Action,
  ElasticLoadBalancingV2,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type TestCloud, until } from './test-cloud.ts'

const vpc = 'vpc-00000000000000001'

/** What came back of a request. */
export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Application and Network Load Balancers of a cloud, and applications behind them. */
export class TargetGroups {
  readonly client: ElasticLoadBalancingV2
  readonly #cloud: TestCloud
  readonly #ends: (() => void)[] = []

  constructor(cloud: TestCloud) {
    this.#cloud = cloud
    this.client = new ElasticLoadBalancingV2(cloud.config)
  }

  close(): void {
    for (const end of this.#ends) end()
    this.client.destroy()
  }

  /** A group whose targets are asked for `/health` every five AWS seconds. */
  async createGroup(Name: string, changes: object = {}): Promise<string> {
    const { TargetGroups: [group] = [] } = await this.client.createTargetGroup({
      Name,
      Protocol: 'HTTP',
      Port: 9000,
      VpcId: vpc,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 4,
      HealthyThresholdCount: 2,
      ...changes,
    })
    return group?.TargetGroupArn ?? ''
  }

  async createBalancer(Name: string, changes: object = {}): Promise<string> {
    const { LoadBalancers: [balancer] = [] } = await this.client.createLoadBalancer({
      Name,
      Subnets: ['subnet-0000000000000000a', 'subnet-0000000000000000b'],
      ...changes,
    })
    return balancer?.LoadBalancerArn ?? ''
  }

  async listen(LoadBalancerArn: string, action: Action, changes: object = {}): Promise<string> {
    const { Listeners: [listener] = [] } = await this.client.createListener({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 8080,
      DefaultActions: [action],
      ...changes,
    })
    return listener?.ListenerArn ?? ''
  }

  async register(TargetGroupArn: string, ...ids: readonly string[]): Promise<void> {
    await this.client.registerTargets({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) })
  }

  async health(TargetGroupArn: string, ...ids: readonly string[]): Promise<TargetHealthDescription[]> {
    const asked = ids.length === 0 ? {} : { Targets: ids.map((Id) => ({ Id })) }
    const { TargetHealthDescriptions = [] } = await this.client.describeTargetHealth({
      TargetGroupArn,
      ...asked,
    })
    return TargetHealthDescriptions
  }

  async states(TargetGroupArn: string): Promise<(string | undefined)[]> {
    return (await this.health(TargetGroupArn)).map(({ TargetHealth }) => TargetHealth?.State)
  }

  /** Resolves when so many targets are healthy. */
  async healthy(arn: string, count: number): Promise<void> {
    await until(
      async () => (await this.states(arn)).filter((state) => state === 'healthy').length === count,
      `${count} healthy targets`,
    )
  }

  /** Runs an application on an instance, at 9000 unless said otherwise; by default it answers with its name. */
  async serve(id: string, name: string, listener?: RequestListener, port = 9000): Promise<() => void> {
    const [instance] = await this.#cloud.describe([id])
    const sockets = new Set<{ destroy(): void }>()
    const server = createServer(listener ?? ((_, response) => response.end(name)))
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    server.listen(port, instance?.PrivateIpAddress)
    await once(server, 'listening')
    const end = (): void => {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
    this.#ends.push(end)
    return end
  }

  async addressOf(LoadBalancerArn: string): Promise<string> {
    const { LoadBalancers: [balancer] = [] } = await this.client.describeLoadBalancers({
      LoadBalancerArns: [LoadBalancerArn],
    })
    const [address = ''] = await this.#cloud.resolver.resolve4(balancer?.DNSName ?? '')
    return address
  }
}

/** One request on a connection of its own. */
export async function ask(
  host: string,
  path = '/',
  headers: Readonly<Record<string, string>> = {},
  options: object = {},
): Promise<Reply> {
  const outgoing = request({ host, port: 8080, path, headers, agent: false, ...options })
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  return { status: response.statusCode, body: await text(response), headers: response.headers }
}
