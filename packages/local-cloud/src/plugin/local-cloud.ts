import { type Plugin, type Surroundings, type SurroundingsContext, ViridianError } from '@viridian/core'
import { type CloudAccess, cloudDirectory, environmentOf, readAccess } from './access.ts'
import { cloudChecks } from './checks.ts'
import { ensureCloud } from './cloud-process.ts'
import { cloudCommand } from './commands.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { askForFleet } from './fleet-standing.ts'
import { type Hold, holdCloud } from './hold.ts'
import { Traffic } from './traffic.ts'

/** What {@link localCloud} may be told. */
export interface LocalCloudSettings {
  /** The fleet that an empty cloud starts with; left out: none, and no traffic either. */
  readonly fleet?: FleetSeed
}

/**
 * The embedded AWS as the surroundings of a stage: the first run that needs it starts it, seeds its fleet, and sends
 * the fleet traffic from the first change of a run to its end. A stage with it never reaches a real account.
 *
 * @example
 * ```ts
 * export default defineConfig({ tasks: { uptime }, stages: { local: { plugins: [localCloud()] } } })
 * ```
 */
export function localCloud(settings: LocalCloudSettings = {}): Plugin {
  const { fleet } = settings
  return {
    name: 'local-cloud',
    module: '@viridian/local-cloud',
    // Seeding is for an empty cloud: an undo, which makes this plugin again, never meets one.
    settings: {},
    rehearsal: true,
    surroundings: (c) => openSurroundings(c, fleet),
    standing: standingSurroundings,
    checks: cloudChecks(fleet),
    commands: [cloudCommand(fleet)],
  }
}

/** A cloud that was about to end when it was found is started anew. */
async function reach({
  stateDirectory,
  signal,
}: SurroundingsContext): Promise<{ access: CloudAccess; hold: Hold }> {
  const directory = cloudDirectory(stateDirectory)
  const access = await ensureCloud(directory, signal)
  try {
    return { access, hold: await holdCloud(access.hold) }
  } catch {
    const again = await ensureCloud(directory, signal)
    return { access: again, hold: await holdCloud(again.hold) }
  }
}

/** A cloud that runs already is held until whoever looks at it is through. */
async function standingSurroundings({
  stateDirectory,
}: SurroundingsContext): Promise<Surroundings | undefined> {
  const access = await readAccess(cloudDirectory(stateDirectory))
  if (!access) return undefined
  const hold = await holdCloud(access.hold)
  return { ...reachedBy(access), close: async () => hold.release() }
}

function reachedBy(access: CloudAccess): Pick<Surroundings, 'env' | 'ssh'> {
  const { user, port, identityFile } = access.ssh
  // A rehearsal is not bent by what the user's ssh_config says of real hosts.
  return { env: environmentOf(access), ssh: { user, port, identityFile, config: false } }
}

const gone = (run: string): ViridianError =>
  new ViridianError('E_CLOUD_GONE', 'the local cloud has ended in the middle of the run', {
    hint: `its machines are on disk: "tasks resume ${run}" and "tasks rollback ${run}" start it again`,
  })

async function openSurroundings(c: SurroundingsContext, fleet: FleetSeed | undefined): Promise<Surroundings> {
  const { access, hold } = await reach(c)
  void hold.lost.then(() => c.lost(gone(c.run.id)))
  if (fleet && !(await askForFleet(access, fleet, c.signal)).serves) {
    // Amazon's clients load slowly: only who seeds waits for them.
    const { seedFleet } = await import('./seed.ts')
    await seedFleet(access, fleet, c.signal, c.note)
  }
  let traffic: Traffic | undefined
  return {
    ...reachedBy(access),
    async beforeFirstChange() {
      if (!fleet) return
      traffic = new Traffic({ url: `http://${fleet.record}:${fleet.port}/`, dns: access.dns })
      await traffic.start()
    },
    async close() {
      await traffic?.stop()
      if (traffic) c.emit(traffic.event)
      hold.release()
    },
  }
}
