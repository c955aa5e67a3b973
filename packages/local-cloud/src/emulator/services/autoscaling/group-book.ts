import type { Clock } from '../../clock.ts'
import { AwsError, type Handlers } from '../../service.ts'
import type { Store } from '../../store.ts'
import { required, validationError } from '../constraint.ts'
import { ActivityLog, type ActivityRecord } from './activity-log.ts'
import type { Group, Member } from './group.ts'
import type { LaunchConfigurationRecord } from './launch-configuration.ts'

/** The handlers of the EC2 Auto Scaling API. */
export type AutoScalingHandlers = Handlers<typeof import('@aws-sdk/client-auto-scaling')>

interface Slice {
  readonly groups: Record<string, Group>
  readonly launchConfigurations: Record<string, LaunchConfigurationRecord>
  readonly activities: ActivityRecord[]
}

/** The groups, launch configurations and activities on record. */
export class GroupBook {
  readonly activities: ActivityLog
  readonly #store: Store
  readonly #clock: Clock
  readonly #slice: Slice
  readonly #groups: Map<string, Group>
  readonly #configurations: Map<string, LaunchConfigurationRecord>
  #listener: () => void = () => undefined
  #removed: (group: Group) => void = () => undefined

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#slice = store.slice<Slice>('autoscaling', () => ({
      groups: {},
      launchConfigurations: {},
      activities: [],
    }))
    this.#groups = new Map(Object.entries(this.#slice.groups))
    this.#configurations = new Map(Object.entries(this.#slice.launchConfigurations))
    this.activities = new ActivityLog(this.#slice.activities, clock)
  }

  now(): Date {
    return this.#clock.now()
  }

  /** The AWS seconds that have gone by since a time on record. */
  secondsSince(time: string): number {
    return (this.now().getTime() - Date.parse(time)) / this.#clock.milliseconds(1)
  }

  /** Tells `listener` of every change that a caller makes. */
  onChange(listener: () => void): void {
    this.#listener = listener
  }

  /** Tells `listener` of every group that goes. */
  onRemove(listener: (group: Group) => void): void {
    this.#removed = listener
  }

  /** To be called when a caller has changed a record. */
  changed(): void {
    this.save()
    this.#listener()
  }

  save(): void {
    this.#store.save()
  }

  groups(): Group[] {
    return [...this.#groups.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** The group of this name, if there is one. */
  group(name: string): Group | undefined {
    return this.#groups.get(name)
  }

  /** @throws AwsError `ValidationError`: AWS has no code of its own for a group that is not there. */
  find(name: string | undefined): Group {
    const asked = required(name, 'autoScalingGroupName')
    const found = this.group(asked)
    if (found === undefined) {
      throw validationError(`AutoScalingGroup name not found - AutoScalingGroup ${asked} not found`)
    }
    return found
  }

  add(group: Group): void {
    this.#groups.set(group.name, group)
    this.#slice.groups[group.name] = group
    this.changed()
  }

  remove(group: Group): void {
    this.#groups.delete(group.name)
    delete this.#slice.groups[group.name]
    this.#removed(group)
    this.save()
  }

  /** The group that an instance belongs to. */
  groupOf(instanceId: string): { readonly group: Group; readonly member: Member } | undefined {
    for (const group of this.#groups.values()) {
      const member = group.instances.find(({ id }) => id === instanceId)
      if (member !== undefined) return { group, member }
    }
    return undefined
  }

  configurations(): LaunchConfigurationRecord[] {
    return [...this.#configurations.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** @throws AwsError `ValidationError`. */
  findConfiguration(name: string | undefined): LaunchConfigurationRecord {
    const asked = required(name, 'launchConfigurationName')
    const found = this.#configurations.get(asked)
    if (found === undefined) {
      throw validationError(`Launch configuration name not found - Launch configuration ${asked} not found`)
    }
    return found
  }

  /** @throws AwsError `AlreadyExists`. */
  addConfiguration(configuration: LaunchConfigurationRecord): void {
    if (this.#configurations.has(configuration.name)) {
      throw new AwsError(
        'AlreadyExists',
        `Launch Configuration by this name already exists - A launch configuration already exists with the name ${configuration.name}`,
      )
    }
    this.#configurations.set(configuration.name, configuration)
    this.#slice.launchConfigurations[configuration.name] = configuration
    this.save()
  }

  removeConfiguration(name: string): void {
    this.#configurations.delete(name)
    delete this.#slice.launchConfigurations[name]
    this.save()
  }
}
