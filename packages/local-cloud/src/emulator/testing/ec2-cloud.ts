import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { scaledClock } from '../clock.ts'
import { type Faults, openFaults } from '../faults.ts'
import { type OpenMachines, openMachines } from '../machines/index.ts'
import { type Server, serve } from '../server.ts'
import type { Latencies } from '../services/ec2/context.ts'
import { type Ec2, ec2Service } from '../services/ec2/ec2-service.ts'
import { openStore } from '../store.ts'

export const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
export const region = 'us-east-1'
export const account = '123456789012'

/** EC2 on real machines, served on loopback. */
export interface Ec2Cloud {
  readonly client: EC2Client
  readonly ec2: Ec2
  readonly machines: OpenMachines
  readonly faults: Faults
  readonly server: Server
  /** A base image, imported from an empty directory. */
  readonly imageId: string
  /** What was reported from behind the calls. */
  readonly reports: unknown[]
  /** Closes the cloud; the directory stays. */
  close(): Promise<void>
}

export interface Ec2CloudOptions {
  readonly directory: string
  readonly latencies?: Partial<Latencies>
  /** Real seconds that an AWS second takes. */
  readonly scale?: number
}

export async function openEc2Cloud({
  directory,
  latencies,
  scale = 0.02,
}: Ec2CloudOptions): Promise<Ec2Cloud> {
  const clock = scaledClock(scale)
  const faults = openFaults()
  const store = openStore(join(directory, 'records.json'))
  const machines = await openMachines({ directory, clock, ssh: { user: 'deploy' } })
  const reports: unknown[] = []
  const ec2 = ec2Service({
    machines,
    store,
    clock,
    faults,
    region,
    account,
    report: (error) => reports.push(error),
    ...(latencies && { latencies }),
  })
  const imageId = await ec2.importImage('base')
  await ec2.restore()
  const server = await serve({ services: [ec2.service], credentials, region, clock, faults })
  const client = new EC2Client({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 })
  return {
    client,
    ec2,
    machines,
    faults,
    server,
    imageId,
    reports,
    async close() {
      client.destroy()
      ec2.close()
      await server.close()
      await machines.close()
      store.flush()
    },
  }
}

/** Gives `work` a directory of its own and takes it away again. */
export async function temporaryDirectory(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'viridian-ec2-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Asks again until the answer is there, for at most ten seconds. */
export async function eventually<Answer>(
  ask: () => Promise<Answer> | Answer,
  isThere: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (isThere(answer)) return answer
    if (Date.now() > deadline)
      throw new Error(`Not in ten seconds; the last answer: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
