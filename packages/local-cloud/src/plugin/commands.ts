import { type ActionContext, type PluginCommand, ViridianError } from '@viridian/core'
import { type CloudAccess, cloudDirectory, readAccess } from './access.ts'
import { checkOperations, switchOn, unstruck } from './fault-flags.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { askForFleet, type FleetStanding } from './fleet-standing.ts'
import { holdCloud } from './hold.ts'
import { type Ending, endHolder } from './lock.ts'
import type { ServedCloud } from './serve.ts'
import { checkRunning, readUpFlags, type UpFlags, upOptions } from './up-flags.ts'

/** `tasks cloud up|status|down`. */
export function cloudCommand(fleet: FleetSeed | undefined): PluginCommand {
  return {
    name: 'cloud',
    summary: 'the local cloud: real SSH hosts, proxies and DNS behind the AWS API, on loopback',
    actions: [
      {
        name: 'up',
        summary: 'keep it in the foreground, for any AWS CLI or SDK',
        options: upOptions,
        run: (c) => up(c, fleet),
      },
      { name: 'status', summary: 'how to reach it', run: (c) => status(c, fleet) },
      { name: 'down', summary: 'end it; its machines stay on disk for the next run', run: down },
    ],
  }
}

async function up(c: ActionContext, fleet: FleetSeed | undefined): Promise<number> {
  const flags = readUpFlags(c)
  const directory = cloudDirectory(c.stateDirectory)
  const running = await readAccess(directory)
  if (running) checkRunning(flags, running)
  const cloud = running ? await joinCloud(running) : await ownCloud(directory, flags)
  const asked = aborted(c.signal)
  try {
    await Promise.race([present(c, cloud.access, flags, fleet), lossOf(cloud), asked])
    const joined = `It ran already, as process ${cloud.access.pid}: this keeps it up.`
    if (!c.json && !c.signal.aborted)
      c.print(running ? `\n${joined}\nCtrl-C lets go of it.` : '\nCtrl-C ends it.')
    await Promise.race([cloud.ended, asked])
    if (flags.faults && c.signal.aborted && !c.json) {
      for (const rule of await unstruck(cloud.access)) c.print(`--fault ${rule} has hit no call`)
    }
  } catch (error) {
    if (!c.signal.aborted) throw error
  } finally {
    cloud.end()
  }
  await cloud.ended
  return 0
}

async function ownCloud(directory: string, { timeScale, port }: UpFlags): Promise<ServedCloud> {
  // The emulator and the SDK's clients take half a second to load: only who needs them waits for them.
  const { serveCloud } = await import('./serve.ts')
  return serveCloud(directory, {
    ...(timeScale !== undefined && { timeScale }),
    ...(port !== undefined && { port }),
  })
}

/** A cloud of another process, held open. */
async function joinCloud(access: CloudAccess): Promise<ServedCloud> {
  const hold = await holdCloud(access.hold)
  const alive = setInterval(() => undefined, 60_000)
  let end = (): void => undefined
  const ended = new Promise<void>((resolve, reject) => {
    end = () => {
      hold.release()
      resolve()
    }
    void hold.lost.then(() =>
      reject(
        new ViridianError('E_CLOUD_GONE', 'the local cloud has ended', {
          hint: '"tasks cloud up" starts it anew',
        }),
      ),
    )
  }).finally(() => clearInterval(alive))
  return { access, ended, end }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })

/** Rejects when the cloud is gone, and is silent about its orderly end. */
function lossOf({ ended }: ServedCloud): Promise<never> {
  return new Promise((_, reject) => ended.catch(reject))
}

/** Brings the cloud into the state that the flags ask for, and says how to reach it. */
async function present(
  c: ActionContext,
  access: CloudAccess,
  flags: UpFlags,
  fleet: FleetSeed | undefined,
): Promise<void> {
  const { faults } = flags
  if (faults) await checkOperations(access, faults)
  const size = flags.fleet ?? fleet?.size ?? 0
  if (fleet && size > 0) {
    const { seedFleet } = await import('./seed.ts')
    await seedFleet(access, { ...fleet, size }, c.signal, c.json ? () => undefined : c.print)
  }
  await describe(c, access, fleet)
  // Last of all: what is rehearsed is a deployment's trouble, not the cloud's own.
  if (faults) await switchOn(access, faults)
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
  cleared:
    'the local cloud had died; what it had left is ended (processes of its machines) and removed (cloud.json, lock)',
}

async function down(c: ActionContext): Promise<number> {
  const ending = await endHolder(cloudDirectory(c.stateDirectory))
  if (!c.json) c.print(endings[ending])
  return 0
}

async function describe(c: ActionContext, access: CloudAccess, fleet: FleetSeed | undefined): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey, dns, ssh } = access
  const live = fleet && (await askForFleet(access, fleet)).live
  if (c.json) {
    const names = fleet && namesOf(fleet, live)
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
    '  export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false; unset AWS_PROFILE AWS_SESSION_TOKEN',
    '',
    `Its name server is ${dns.address} port ${dns.port}.${live ? ` The group is "${live.group}", its balancer "${live.loadBalancer}".` : ''}`,
    '',
    ...landscape,
  ]) {
    c.print(line)
  }
}

/** The names that a program needs: of the fleet that is live now, or of the one to begin with. */
function namesOf(fleet: FleetSeed, live: FleetStanding['live']) {
  const { record, port } = fleet
  const group = live?.group ?? fleet.group
  const loadBalancer = live?.loadBalancer ?? fleet.loadBalancer
  return { group, loadBalancer, record, port }
}
