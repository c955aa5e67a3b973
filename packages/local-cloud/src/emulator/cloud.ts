import { randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import type { Questions } from './admin.ts'
import { openBalancers } from './balancer/index.ts'
import { openCallLog } from './call-log.ts'
import { scaledClock } from './clock.ts'
import { openNameServer } from './dns/index.ts'
import { type FaultSettings, openFaults } from './faults.ts'
import { diskKinds, disksIn } from './machines/disk.ts'
import { openMachines } from './machines/index.ts'
import { serve } from './server.ts'
import { acmService } from './services/acm/acm-service.ts'
import { autoScalingService } from './services/autoscaling/autoscaling-service.ts'
import { cloudWatchService } from './services/cloudwatch/cloudwatch-service.ts'
import type { Latencies } from './services/ec2/context.ts'
import { ec2Service } from './services/ec2/ec2-service.ts'
import { elbService } from './services/elb/elb-service.ts'
import { bothOf } from './services/elb/traffic.ts'
import { elbv2Service } from './services/elbv2/elbv2-service.ts'
import { route53Service } from './services/route53/route53-service.ts'
import { stsService } from './services/sts/sts-service.ts'
import { wafService } from './services/waf/waf-service.ts'
import { DamagedRecords, openStore, type Store } from './store.ts'

/** How a cloud is opened. */
export interface CloudOptions {
  /** Where its state lives; the next cloud of this directory finds it. @default a temporary one, removed at the end */
  readonly directory?: string
  /** The one region that it has. @default 'us-east-1' */
  readonly region?: string
  /** The port of the endpoint. @default a free one */
  readonly port?: number
  /** Real seconds that one second of AWS's time takes. @default 0.1 */
  readonly timeScale?: number
  /**
   * How long things take, in AWS seconds; `sync`: from a DNS change to INSYNC, `provision`: until a new Application or
   * Network Load Balancer is active; each is 30 when left out.
   */
  readonly latencies?: Partial<Latencies & { readonly sync: number; readonly provision: number }>
  /** What goes wrong in it from the start, and how slowly it answers. @default nothing, and at once */
  readonly faults?: FaultSettings
  /** Whether the directory is still this cloud's: its records are not written any more once it is not. @default always */
  readonly owned?: () => boolean
  /** Hears of what goes wrong where no caller waits. @default console.error */
  readonly report?: (error: unknown) => void
  /**
   * What else its endpoint answers to `POST /_viridian/NAME`, by name; each is given the JSON that was sent.
   *
   * @default what it answers anyway
   */
  readonly questions?: Questions
}

/** An open cloud, and what its clients need. */
export interface Cloud {
  /** `http://127.0.0.1:PORT`: what an SDK takes as its endpoint. */
  readonly endpoint: string
  /** The region that its records are in. */
  readonly region: string
  /** Real seconds that one second of AWS's time takes. */
  readonly timeScale: number
  /** Who a call has to be signed by. */
  readonly accessKeyId: string
  /** What a call has to be signed with. */
  readonly secretAccessKey: string
  /** The name server that answers from the hosted zones. */
  readonly dns: { readonly address: string; readonly port: number }
  /** How to log in to an instance, with its key pair. */
  readonly ssh: { readonly user: string; readonly port: number }
  /** Ends everything that runs; the state stays in the directory. */
  close(): Promise<void>
}

/**
 * Opens an AWS on loopback: EC2, load balancing, Auto Scaling, CloudWatch, Route 53, Certificate Manager, WAF and STS,
 * on real machines, proxies and name servers. A directory that has been used before comes back: its instances boot
 * again, and its load balancers reopen at their addresses.
 *
 * @example
 * ```ts
 * import { EC2Client } from '@aws-sdk/client-ec2'
 *
 * const cloud = await openCloud({ directory: '.tasks/cloud' })
 * const { endpoint, region, accessKeyId, secretAccessKey } = cloud
 * const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
 * // …
 * await cloud.close()
 * ```
 */
export async function openCloud(options: CloudOptions = {}): Promise<Cloud> {
  const endings: Endings = []
  try {
    return await open(options, endings)
  } catch (error) {
    await end(endings)
    throw error
  }
}

const ssh = { user: 'deploy', port: 2222 }

async function open(options: CloudOptions, endings: Endings): Promise<Cloud> {
  const { region = 'us-east-1', timeScale = 0.1, report = console.error } = options
  const directory = options.directory ?? (await temporaryDirectory(endings))
  const clock = scaledClock(timeScale)
  const recordsFile = join(directory, 'records.json')
  const store = openStore(recordsFile, options.owned, report)
  endings.push(async () => {
    // Calls that were under way note now what they did.
    await immediate()
    store.close()
  })
  if (store.isNew) await refuseForgotten(directory, recordsFile)
  const { account, ...credentials } = identityOf(store)
  // Ahead of the first disk: what has disks has records.
  store.flush()
  const faults = openFaults(options.faults)
  const log = openCallLog()
  const hear = () => {
    const record = log.open('ssh', 'Exec', clock.now())
    const ended = (code: number): void => void Object.assign(record, { status: code === 0 ? 200 : 500 })
    return { fault: faults.hit('ssh', 'Exec'), ended }
  }
  const machines = await openMachines({ directory, clock, ssh, freeDisk: () => faults.freeDisk, hear })
  endings.push(() => machines.close())
  const balancers = openBalancers({ clock, seed: directory, isUp: (id) => machines.isRunning(id) })
  endings.push(() => balancers.closeAll())

  const common = { store, clock, region, account, report }
  const { sync, provision, ...latencies } = options.latencies ?? {}
  const ec2 = ec2Service({
    ...common,
    machines,
    faults,
    latencies,
    isGroupUsed: (groupId) => elb.usesGroup(groupId) || elbv2.usesGroup(groupId),
  })
  endings.push(() => ec2.close())
  const { compute } = ec2
  const acm = acmService({
    ...common,
    usersOf: (certificate) => [...elb.certificateUsers(certificate), ...elbv2.certificateUsers(certificate)],
  })
  const { certificates } = acm
  const elb = elbService({ ...common, balancers, compute, certificates })
  const elbv2 = elbv2Service({
    ...common,
    balancers,
    compute,
    certificates,
    ...(provision === undefined ? {} : { provision }),
  })
  const traffic = bothOf(elb.traffic, elbv2.traffic)
  const route53 = route53Service({ ...common, traffic, ...(sync === undefined ? {} : { syncLatency: sync }) })
  endings.push(() => route53.close())
  const cloudWatch = cloudWatchService({ ...common, loads: () => traffic.loads() })
  const { alarms } = cloudWatch
  const autoScaling = autoScalingService({ ...common, compute, traffic, alarms })

  await ec2.importImage('base')
  await ec2.restore()
  await elb.restore()
  await elbv2.restore()
  autoScaling.start()
  endings.push(() => autoScaling.close())
  cloudWatch.start()
  endings.push(() => cloudWatch.close())
  const dns = await openNameServer({ resolve: route53.resolveName })
  endings.push(() => dns.close())
  const services = [
    ec2.service,
    elb.service,
    elbv2.service,
    autoScaling.service,
    cloudWatch.service,
    route53.service,
    acm.service,
    wafService({ ...common, stateOf: (arn) => elbv2.stateOf(arn) }),
    stsService({ account }),
  ]
  const { port } = options
  const server = await serve({
    services,
    credentials,
    region,
    clock,
    faults,
    log,
    report,
    questions: { ...autoScaling.questions, ...options.questions },
    ...(port === undefined ? {} : { port }),
  })
  endings.push(() => server.close())
  return {
    endpoint: server.endpoint,
    region,
    timeScale,
    ...credentials,
    dns: { address: dns.address, port: dns.port },
    ssh,
    close: () => end(endings),
  }
}

/**
 * Without records, disks are of no use, and would be removed with what is left of a launch that was cut off.
 *
 * @throws DamagedRecords
 */
async function refuseForgotten(directory: string, recordsFile: string): Promise<void> {
  const counts = await Promise.all(
    diskKinds.map(async (kind) => ({ kind, count: (await disksIn(directory, kind)).length })),
  )
  const left = counts.filter(({ count }) => count > 0).map(({ kind, count }) => `${count} in ${kind}/`)
  if (left.length === 0) return
  throw new DamagedRecords(
    recordsFile,
    `the local cloud's records are gone, and disks are left (${left.join(', ')})`,
  )
}

interface Identity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Twelve digits. */
  readonly account: string
}

/** Who may sign, and for which account: made once a directory. */
function identityOf(store: Store): Identity {
  return store.slice<Identity>('identity', () => ({
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    account: `${randomInt(100_000_000_000, 999_999_999_999 - 100_000_000_000)}`,
  }))
}

async function temporaryDirectory(endings: Endings): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'viridian-cloud-'))
  endings.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** What has to be ended, in the order of its beginning. */
type Endings = (() => Promise<void> | void)[]

/** Ends everything, the last first; what fails does not keep the rest from ending. */
async function end(endings: Endings): Promise<void> {
  const failures: unknown[] = []
  for (const ending of endings.splice(0).reverse()) {
    try {
      await ending()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'The local cloud did not end well.')
}
