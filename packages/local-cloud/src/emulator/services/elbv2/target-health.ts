import type { TargetHealth as WireHealth } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { CheckFailure, TargetGroups, TargetHealth } from '../../hardware/target-groups.ts'
import type { Elbv2Book } from './book.ts'
import type { RegisteredTarget, TargetGroup } from './target-group.ts'

/** How each target stands with its group, in AWS's words. */
export class TargetStates {
  readonly #book: Elbv2Book
  readonly #groups: TargetGroups

  constructor(book: Elbv2Book, groups: TargetGroups) {
    this.#book = book
    this.#groups = groups
  }

  /** The targets that are registered, and those that still drain. */
  targetsOf(group: TargetGroup): RegisteredTarget[] {
    const leaving = this.#groups
      .health(group.arn)
      .filter(({ state }) => state === 'draining')
      .map(({ id, port = group.port }) => ({ id, port }))
      .filter((target) => !isRegistered(group, target))
    return [...group.targets, ...leaving]
  }

  stateOf(group: TargetGroup, target: RegisteredTarget): WireHealth {
    const known = this.#groups
      .health(group.arn)
      .find(({ id, port }) => id === target.id && port === target.port)
    if (!isRegistered(group, target))
      return known?.state === 'draining'
        ? {
            State: 'draining',
            Reason: 'Target.DeregistrationInProgress',
            Description: 'Target deregistration is in progress',
          }
        : unused('Target.NotRegistered', 'Target is not registered to the target group')
    return this.#idle(group, target) ?? checked(known)
  }

  /** Why no traffic can come to a target that is registered. */
  #idle(group: TargetGroup, { id }: RegisteredTarget): WireHealth | undefined {
    const user = this.#book.userOf(group.arn)
    if (user === undefined)
      return unused(
        'Target.NotInUse',
        'Target group is not configured to receive traffic from the load balancer',
      )
    const instance = this.#book.instance(id)
    if (instance === undefined || instance.state === 'terminated' || instance.state === 'shutting-down')
      return unused('Target.InvalidState', 'Target is in the terminated state')
    if (instance.state !== 'running') return unused('Target.InvalidState', 'Target is in the stopped state')
    if (!user.zones.some(({ name }) => name === instance.availabilityZone))
      return unused(
        'Target.NotInUse',
        'Target is in an Availability Zone that is not enabled for the load balancer',
      )
    return undefined
  }
}

function isRegistered(group: TargetGroup, target: RegisteredTarget): boolean {
  return group.targets.some(({ id, port }) => id === target.id && port === target.port)
}

function unused(Reason: NonNullable<WireHealth['Reason']>, Description: string): WireHealth {
  return { State: 'unused', Reason, Description }
}

function checked(known: TargetHealth | undefined): WireHealth {
  switch (known?.state) {
    case 'healthy':
      return { State: 'healthy' }
    case 'unhealthy':
      return { State: 'unhealthy', ...complaint(known.failure) }
    case 'registering':
      return {
        State: 'initial',
        Reason: 'Elb.InitialHealthChecking',
        Description: 'Initial health checks in progress',
      }
    default:
      return {
        State: 'initial',
        Reason: 'Elb.RegistrationInProgress',
        Description: 'Target registration is in progress',
      }
  }
}

function complaint(failure: CheckFailure | undefined): Pick<WireHealth, 'Reason' | 'Description'> {
  if (failure === 'timeout') return { Reason: 'Target.Timeout', Description: 'Request timed out' }
  if (failure === 'connection' || failure === undefined)
    return { Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' }
  return {
    Reason: 'Target.ResponseCodeMismatch',
    Description: `Health checks failed with these codes: [${failure.status}]`,
  }
}
