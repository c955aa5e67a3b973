import { randomUUID } from 'node:crypto'
import type { Store } from '../../store.ts'
import { required, validationError } from '../constraint.ts'
import type { Group } from './group.ts'
import type { Policy } from './scaling-policy.ts'

/** When a group was last scaled by a simple policy, and for how many AWS seconds others wait. */
export interface Cooling {
  /** ISO 8601. */
  readonly since: string
  readonly seconds: number
}

interface Slice {
  /** By ARN. */
  readonly policies: Record<string, Policy>
  /** By the group's name. */
  readonly cooling: Record<string, Cooling>
}

/** The scaling policies on record. */
export class PolicyBook {
  readonly #store: Store
  readonly #slice: Slice

  constructor(store: Store) {
    this.#store = store
    this.#slice = store.slice<Slice>('autoscaling-policies', () => ({ policies: {}, cooling: {} }))
  }

  /** By name. */
  all(): Policy[] {
    return Object.values(this.#slice.policies).sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  byArn(arn: string): Policy | undefined {
    return this.#slice.policies[arn]
  }

  of(group: string): Policy[] {
    return this.all().filter((policy) => policy.group === group)
  }

  /**
   * The policy of this name or ARN.
   *
   * @throws AwsError `ValidationError`: AWS has no code of its own for a policy that is not there.
   */
  find(group: string | undefined, nameOrArn: string | undefined): Policy {
    const asked = required(nameOrArn, 'policyName')
    if (group === undefined && !asked.startsWith('arn:')) {
      throw validationError('AutoScalingGroupName must be specified unless PolicyName is an ARN.')
    }
    const found = (group === undefined ? this.all() : this.of(group)).find(
      ({ name, arn }) => name === asked || arn === asked,
    )
    if (found === undefined) throw validationError(`Policy name not found - Policy ${asked} not found`)
    return found
  }

  /** Makes a policy, or gives one other settings. */
  put(group: Group, name: string, settings: Policy['settings']): Policy {
    const present = this.of(group.name).find((policy) => policy.name === name)
    const policy = present ?? { name, group: group.name, arn: policyArn(group, name), settings, alarms: {} }
    policy.settings = settings
    this.#slice.policies[policy.arn] = policy
    this.save()
    return policy
  }

  remove({ arn }: Policy): void {
    delete this.#slice.policies[arn]
    this.save()
  }

  cooling(group: string): Cooling | undefined {
    return this.#slice.cooling[group]
  }

  /** Lets simple policies wait from now on; without `cooling`, no longer. */
  cool(group: string, cooling: Cooling | undefined): void {
    if (cooling === undefined) delete this.#slice.cooling[group]
    else this.#slice.cooling[group] = cooling
    this.save()
  }

  save(): void {
    this.#store.save()
  }
}

function policyArn(group: Group, name: string): string {
  const place = group.arn.split(':').slice(0, 5).join(':')
  return `${place}:scalingPolicy:${randomUUID()}:autoScalingGroupName/${group.name}:policyName/${name}`
}
