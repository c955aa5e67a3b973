import { type ActionContext, type PluginCommand, ViridianError } from '@viridian/core'
import type { FaultSettings } from '../emulator/faults.ts'
import { type CloudAccess, cloudDirectory, readAccess } from './access.ts'
import { faultFlags, faultsOf, switchOn } from './fault-flags.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { holdCloud } from './hold.ts'
import { type Ending, endHolder } from './lock.ts'

/** `tasks cloud up|status|down`. */
export function cloudCommand(fleet: FleetSeed | undefined): PluginCommand {
  return {
    name: 'cloud',
    summary: 'the local cloud: real SSH hosts, proxies and DNS behind the AWS API, on loopback',
    actions: [
      {
        name: 'up',
        summary: 'keep it in the foreground, for any AWS CLI or SDK',
        options: [
          { flags: '--fleet <n>', summary: 'start with a fleet of n instances (0: none)' },
          { flags: '--port <port>', summary: 'the port of its endpoint' },
          { flags: '--time-scale <s>', summary: 'real seconds that a second of AWS takes (default: 0.1)' },
          ...faultFlags,
        ],
        run: (c) => up(c, fleet),
      },
      { name: 'status', summary: 'how to reach it', run: (c) => status(c, fleet) },
      { name: 'down', summary: 'end it; its machines stay on disk for the next run', run: down },
    ],
  }
}

async function up(c: ActionContext, fleet: FleetSeed | undefined): Promise<number> {
  const directory = cloudDirectory(c.stateDirectory)
  const running = await readAccess(directory)
  if (running) return keepRunning(c, running, fleet)
  const timeScale = numberOption(c, 'timeScale')
  const port = numberOption(c, 'port')
  // The emulator and the SDK's clients take half a second to load: only who needs them waits for them.
  const { serveCloud } = await import('./serve.ts')
  const cloud = await serveCloud(directory, {
    ...(timeScale !== undefined && { timeScale }),
    ...(port !== undefined && { port }),
  })
  c.signal.addEventListener('abort', cloud.end)
  try {
    await present(c, cloud.access, fleet)
    if (!c.json) c.print('\nCtrl-C ends it.')
  } catch (error) {
    cloud.end()
    if (!c.signal.aborted) throw error
  } finally {
    if (c.signal.aborted) cloud.end()
  }
  await cloud.ended
  return 0
}

/** A run started it already: this holds it open until Ctrl-C. */
async function keepRunning(
  c: ActionContext,
  access: CloudAccess,
  fleet: FleetSeed | undefined,
): Promise<number> {
  const hold = await holdCloud(access.hold)
  await present(c, access, fleet)
  await new Promise<void>((resolve) => {
    const alive = setInterval(() => undefined, 60_000)
    c.signal.addEventListener('abort', () => {
      clearInterval(alive)
      resolve()
    })
  })
  hold.release()
  return 0
}

/** Brings the cloud into the state that the flags ask for, and says how to reach it. */
async function present(c: ActionContext, access: CloudAccess, fleet: FleetSeed | undefined): Promise<void> {
  const size = numberOption(c, 'fleet') ?? fleet?.size ?? 0
  const faults = askedFaults(c)
  if (fleet && size > 0) {
    const { seedFleet } = await import('./seed.ts')
    await seedFleet(access, { ...fleet, size }, c.signal, c.json ? () => undefined : c.print)
  }
  await describe(c, access, fleet)
  // Last of all: what is rehearsed is a deployment's trouble, not the cloud's own.
  if (faults) await switchOn(access, faults)
}

function askedFaults(c: ActionContext): FaultSettings | undefined {
  const { fault } = c.options
  return faultsOf({
    latency: numberOption(c, 'latency'),
    eventualConsistency: numberOption(c, 'eventualConsistency'),
    rules: typeof fault === 'object' ? fault : [],
  })
}

function numberOption(c: ActionContext, name: string): number | undefined {
  const value = c.options[name]
  if (value === undefined) return undefined
  const number = Number(value)
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(number) && number >= 0)
    return number
  throw new ViridianError(
    'E_ARG_INVALID',
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: "${value}" is not a number`,
  )
}

async function status(c: ActionContext, fleet: FleetSeed | undefined): Promise<number> {
  const access = await readAccess(cloudDirectory(c.stateDirectory))
  if (access) await describe(c, access, fleet)
  else
    c.print(
      c.json
        ? 'null'
        : 'the local cloud is not running; a run on the local stage starts it, or "tasks cloud up"',
    )
  return access ? 0 : 1
}

const endings: Readonly<Record<Ending, string>> = {
  ended: 'the local cloud has ended',
  none: 'the local cloud was not running',
  cleared: 'the local cloud had died; cloud.json and lock, which it had left, are removed',
}

async function down(c: ActionContext): Promise<number> {
  const ending = await endHolder(cloudDirectory(c.stateDirectory))
  if (!c.json) c.print(endings[ending])
  return 0
}

async function describe(c: ActionContext, access: CloudAccess, fleet: FleetSeed | undefined): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey, dns, ssh } = access
  const names = fleet && (await namesOf(access, fleet))
  if (c.json) {
    c.print(JSON.stringify({ endpoint, region, accessKeyId, secretAccessKey, dns, ssh, names }))
    return
  }
  const { landscapeOf } = await import('./landscape.ts')
  const landscape = await landscapeOf(access, fleet)
  for (const line of [
    'The local cloud is up. For any AWS CLI or SDK:',
    '',
    `  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    `  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    '',
    `Its name server is ${dns.address} port ${dns.port}.${names ? ` The group is "${names.group}", its balancer "${names.loadBalancer}".` : ''}`,
    '',
    ...landscape,
  ]) {
    c.print(line)
  }
}

/** The names that a person needs: of the fleet that is live now, or of the one to begin with. */
async function namesOf({ endpoint, region, accessKeyId, secretAccessKey }: CloudAccess, fleet: FleetSeed) {
  const { fleetClients, liveFleet } = await import('./live-fleet.ts')
  const clients = fleetClients({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  try {
    const { group, loadBalancer } = (await liveFleet(clients, fleet)) ?? fleet
    return { group, loadBalancer, record: fleet.record, port: fleet.port }
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}
