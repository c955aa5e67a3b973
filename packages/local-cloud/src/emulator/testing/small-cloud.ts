import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as ec2 from '@aws-sdk/client-ec2'
import * as route53 from '@aws-sdk/client-route-53'
import { type Clock, scaledClock } from '../clock.ts'
import { type Server, serve } from '../server.ts'
import { AwsError, type Service } from '../service.ts'

export const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
const region = 'eu-west-1'

export interface ClientConfig {
  endpoint: string
  region: string
  credentials: typeof credentials
  maxAttempts: number
}

/** A server of a few operations, which do next to nothing. */
export class SmallCloud {
  readonly server: Server
  readonly #state: State

  private constructor(server: Server, state: State) {
    this.server = server
    this.#state = state
  }

  static async open(): Promise<SmallCloud> {
    const state: State = { done: [], reports: [], now: new Date() }
    const clock: Clock = { ...scaledClock(0.001), now: () => state.now }
    const services = [ec2Service(state.done), autoScalingService, route53Service]
    const report = (error: unknown): void => void state.reports.push(error)
    return new SmallCloud(await serve({ services, credentials, region, clock, report }), state)
  }

  /** The names of the keys that were deleted. */
  get done(): readonly string[] {
    return this.#state.done
  }

  /** The defects that were reported. */
  get reports(): readonly unknown[] {
    return this.#state.reports
  }

  /** What time the server has. */
  get now(): Date {
    return this.#state.now
  }

  set now(time: Date) {
    this.#state.now = time
  }

  config(changes: object = {}): ClientConfig {
    return { endpoint: this.server.endpoint, region, credentials, maxAttempts: 1, ...changes }
  }

  admin(method: string, path: string, body?: object, secret = 'secret'): Promise<Response> {
    return fetch(`${this.server.endpoint}/_viridian/${path}`, {
      method,
      headers: { 'x-viridian-secret': secret },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  describeKeys(changes?: object): Promise<ec2.DescribeKeyPairsCommandOutput> {
    return new ec2.EC2Client(this.config(changes)).send(new ec2.DescribeKeyPairsCommand({}))
  }

  describeTags(changes?: object): Promise<autoScaling.DescribeTagsCommandOutput> {
    return new autoScaling.AutoScalingClient(this.config(changes)).send(
      new autoScaling.DescribeTagsCommand({}),
    )
  }

  close(): Promise<void> {
    return this.server.close()
  }
}

interface State {
  readonly done: string[]
  readonly reports: unknown[]
  now: Date
}

const ec2Service = (done: string[]): Service<typeof ec2> => ({
  signingName: 'ec2',
  client: ec2,
  handlers: {
    DescribeKeyPairs: () => ({ KeyPairs: [] }),
    DescribeSubnets: () => {
      throw new TypeError('a defect')
    },
    DeleteKeyPair: ({ KeyName }) => {
      done.push(KeyName ?? '')
      return {}
    },
    DescribeInstances: () => {
      throw new AwsError('InvalidInstanceID.NotFound', "The instance ID 'i-0' does not exist")
    },
    GetConsoleOutput: () => ({}),
  },
})

const autoScalingService: Service<typeof autoScaling> = {
  signingName: 'autoscaling',
  client: autoScaling,
  handlers: {
    CreateAutoScalingGroup: () => {
      throw new AwsError('AlreadyExistsFault', 'AutoScalingGroup by this name already exists')
    },
    CreateOrUpdateTags: () => ({}),
    DescribeTags: () => ({ Tags: [] }),
  },
}

const route53Service: Service<typeof route53> = {
  signingName: 'route53',
  client: route53,
  handlers: {
    GetHostedZone: () => {
      throw new AwsError('NoSuchHostedZone', 'No hosted zone found with ID: Z0')
    },
  },
}
