import { accountChecks, type Instance, type InstanceRef, type LaunchSpec } from '@viridian/aws'
import type { HostFinder, Plugin, Steps } from '@viridian/core'
import { type BakeOptions, bake } from './bake.ts'
import { createImage } from './create-image.ts'
import { readHostKeys, withConsoleKeys } from './host-keys.ts'
import { seeAvailable } from './images.ts'
import { type LaunchOptions, launchLike } from './launch-like.ts'
import { type HostQuery, roleHosts } from './role-hosts.ts'
import { runInstances } from './run-instances.ts'
import { describeInstances, type Login, seeRunning } from './running.ts'
import { readSubnetZones } from './subnet-zones.ts'
import { terminateInstances } from './terminate-instances.ts'
import { findUnused, type UnusedImages } from './unused/find-unused.ts'
import { findMadeImages, leftImages } from './unused/left-images.ts'
import { findMadeInstances, leftInstances } from './unused/left-instances.ts'
import { findMadeSnapshots, leftSnapshots } from './unused/left-snapshots.ts'
import { removeImage } from './unused/remove-image.ts'
import { removeImages, type UnusedOptions, unused } from './unused/remove-images.ts'
import { removeSnapshot } from './unused/remove-snapshot.ts'

/** What {@link ec2} may be told. */
export interface Ec2Settings {
  /** How tasks log in to instances; what is not said is the stage's, or ssh_config's. */
  readonly ssh?: Login
}

/** How the hosts of described instances are known. */
export interface DescribeOptions {
  /**
   * Whether the SSH host keys that the consoles show are those to expect; otherwise known_hosts decides. Of an instance
   * that has said much since its boot, the console may show none any more.
   *
   * @default false
   */
  readonly trustConsole?: boolean
}

/** The moves of EC2, for tasks. */
export interface Ec2 extends Plugin {
  /**
   * Launches as many instances as a fleet wants (or `count`), with a launch source's exact settings, spread over zones
   * and subnets as the fleet's own, tagged as its group tags them. Where the group has instances of several kinds (by a
   * mixed instances policy), each is of the type of the one in whose place it is, On-Demand or Spot as that is. Waits until all run and have an address,
   * and reads their SSH host keys from their consoles. `ec2:RunInstances`; undone by terminating them.
   *
   * @throws ViridianError `E_INSTANCE_LOST` with AWS's reason when one does not come up; `E_LAUNCH_CHANGED`;
   * `E_LAUNCH_TEMPLATE_INCOMPLETE`
   *
   * @example
   * ```ts
   * const green = await instances.launchLike(t, blue.launch, { like: blue })
   * t.assign('deployment', green)
   * ```
   */
  launchLike(t: Steps, launch: LaunchSpec, options: LaunchOptions): Promise<Instance[]>
  /**
   * Bakes an image of a running instance without a reboot, and waits until it is available. File systems should be
   * synced first. `ec2:CreateImage`; undone by deregistering it and deleting its snapshots.
   *
   * @returns the image's id
   * @throws ViridianError `E_IMAGE_FAILED` with AWS's reason; `E_INSTANCE_NONE` when there is no instance
   *
   * @example
   * ```ts
   * const image = await instances.bake(t, green[0], { name: 'web' })
   * ```
   */
  bake(t: Steps, instance: Instance | undefined, options?: BakeOptions): Promise<string>
  /**
   * Running instances as hosts, as they are now, such as those of a fleet. `ec2:DescribeInstances`.
   *
   * @throws ViridianError `E_INSTANCE_LOST`, `E_INSTANCE_NOT_RUNNING`
   *
   * @example
   * ```ts
   * t.assign('web', await instances.describe(t, blue.instances))
   * ```
   */
  describe(t: Steps, instances: readonly InstanceRef[], options?: DescribeOptions): Promise<Instance[]>
  /**
   * The running instances of an Auto Scaling group, or with tags, as a role of the task file: found anew each time that a
   * command or a task asks for the role's hosts. A host is called by its instance's id, and is reached as {@link Ec2Settings}
   * say. `ec2:DescribeInstances`; with `trustConsole`, `ec2:GetConsoleOutput`.
   *
   * @throws ViridianError `E_HOSTS_QUERY` when neither a group nor a tag is named; the role that finds nobody: `E_ROLE_EMPTY`
   *
   * @example
   * ```ts
   * export default defineConfig({
   *   plugins: [instances],
   *   roles: { web: instances.hosts({ group: 'web' }), jobs: instances.hosts({ tags: { Role: 'jobs' } }) },
   *   tasks: { restart },
   * })
   * ```
   */
  readonly hosts: (query: HostQuery) => HostFinder
  /**
   * Terminates instances that are in no group. Cannot be undone: it belongs behind the commit, unless the run itself has
   * launched them.
   */
  terminate(t: Steps, instances: readonly InstanceRef[]): Promise<void>
  /**
   * Finds which of these images may be removed: those of this account that a run of Viridian has baked (tag
   * `viridian:run`), not public and not protected, that no instance (but terminated ones), no launch configuration, no
   * version of a launch template and no group's instances policy uses. An image that no run has baked is left alone,
   * whoever uses it. What other accounts, Spot Fleet or EC2 Fleet requests use is not looked at.
   *
   * @returns those that nothing uses, and why each of the others stays
   *
   * @example
   * ```ts
   * const images = await instances.unused(t, [blue.launch.image], { without: [blue.launch.source] })
   * await t.commit()
   * await fleets.remove(t, blue)
   * await instances.removeImages(t, images.unused)
   * ```
   */
  unused(t: Steps, images: readonly string[], options?: UnusedOptions): Promise<UnusedImages>
  /**
   * Deregisters images and deletes their snapshots. Each is looked at once more: one that is in use by now, or that is not
   * ours to remove, stays, and that is said. Cannot be undone: it belongs behind the commit. `ec2:DeregisterImage`,
   * `ec2:DeleteSnapshot`.
   */
  removeImages(t: Steps, images: readonly string[]): Promise<void>
}

/**
 * The plugin for EC2: instances, images, SSH hosts of instances.
 *
 * @example
 * ```ts
 * const instances = ec2({ ssh: { user: 'deploy' } })
 * ```
 */
export const ec2 = ({ ssh = {} }: Ec2Settings = {}): Ec2 => ({
  name: 'aws-ec2',
  module: '@viridian/aws-ec2',
  settings: { ssh },
  steps: [
    readSubnetZones,
    runInstances,
    seeRunning,
    readHostKeys,
    createImage,
    seeAvailable,
    describeInstances,
    terminateInstances,
    findUnused,
    removeImage,
    removeSnapshot,
    findMadeInstances,
    findMadeImages,
    findMadeSnapshots,
  ],
  leftovers: [leftInstances, leftImages, leftSnapshots],
  checks: accountChecks,
  launchLike: (t, launch, options) => launchLike(t, launch, ssh, options),
  bake: (t, instance, options = {}) => bake(t, instance, options),
  describe: async (t, instances, { trustConsole = false } = {}) => {
    const hosts = await t.step(describeInstances, { ids: idsOf(instances), login: ssh })
    return trustConsole ? withConsoleKeys(t, hosts) : hosts
  },
  hosts: (query) => roleHosts(query, ssh),
  terminate: async (t, instances) => {
    await t.step(terminateInstances, { ids: idsOf(instances) })
  },
  unused,
  removeImages,
})

const idsOf = (instances: readonly InstanceRef[]): string[] => instances.map(({ id }) => id)
