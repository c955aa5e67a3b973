import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import { required, validationError, within } from '../constraint.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import type { RegisteredTarget, TargetGroup } from './target-group.ts'
import type { TargetStates } from './target-health.ts'

/** The operations on the targets of groups. */
export function targetHandlers(book: Elbv2Book, states: TargetStates): Elbv2Handlers {
  return {
    RegisterTargets(input) {
      const group = book.findGroup(input.TargetGroupArn)
      const targets = readTargets(required(input.Targets, 'targets'), group)
      for (const { id } of targets) findInstance(book, id)
      refuseIdle(book, targets)
      book.register(group, targets)
      return {}
    },
    DeregisterTargets(input) {
      const group = book.findGroup(input.TargetGroupArn)
      const asked = required(input.Targets, 'targets')
      readTargets(asked, group)
      // Without a port, every registration of the instance is meant.
      const isMeant = (target: RegisteredTarget): boolean =>
        asked.some(({ Id, Port }) => Id === target.id && (Port === undefined || Port === target.port))
      book.deregister(group, group.targets.filter(isMeant))
      return {}
    },
    DescribeTargetHealth(input) {
      const group = book.findGroup(input.TargetGroupArn)
      const asked = input.Targets && readTargets(input.Targets, group)
      for (const { id } of asked ?? []) findInstance(book, id)
      const { port: checkPort } = group.healthCheck
      return {
        TargetHealthDescriptions: (asked ?? states.targetsOf(group)).map((target) => ({
          Target: { Id: target.id, Port: target.port },
          HealthCheckPort: checkPort === 'traffic-port' ? `${target.port}` : checkPort,
          TargetHealth: states.stateOf(group, target),
        })),
      }
    },
  }
}

function readTargets(wire: readonly TargetDescription[], group: TargetGroup): RegisteredTarget[] {
  if (wire.length === 0) throw validationError('At least one target must be specified')
  return wire.map(({ Id, Port, AvailabilityZone }) => {
    if (AvailabilityZone !== undefined)
      throw validationError("You cannot specify an Availability Zone for targets of type 'instance'")
    return { id: required(Id, 'id'), port: within(Port ?? group.port, 'port', 1, 65_535) }
  })
}

function findInstance(book: Elbv2Book, id: string): void {
  if (book.instance(id) === undefined) throw new AwsError('InvalidTarget', `Instance ID '${id}' is not valid`)
}

function refuseIdle(book: Elbv2Book, targets: readonly RegisteredTarget[]): void {
  const idle = targets.filter(({ id }) => book.instance(id)?.state !== 'running')
  if (idle.length > 0) {
    const ids = [...new Set(idle.map(({ id }) => `'${id}'`))].join(', ')
    throw new AwsError(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: ${ids}`,
    )
  }
}
