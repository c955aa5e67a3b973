import type { Questions } from '../../admin.ts'
import type { Clock } from '../../clock.ts'
import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'
import type { Store } from '../../store.ts'
import type { Alarms } from '../cloudwatch/alarms.ts'
import type { Compute } from '../ec2/compute.ts'
import type { Traffic } from '../elb/traffic.ts'
import { accountHandlers } from './account-handlers.ts'
import { activityHandlers } from './activity-handlers.ts'
import { balancerHandlers } from './balancer-handlers.ts'
import { recommendations } from './capacity-rebalancing.ts'
import { GroupBook } from './group-book.ts'
import { groupHandlers } from './group-handlers.ts'
import { instanceHandlers } from './instance-handlers.ts'
import { arnsOf, launchConfigurationHandlers } from './launch-configuration.ts'
import { lifecycleHookHandlers } from './lifecycle-hooks.ts'
import { membershipHandlers } from './membership.ts'
import { metricsHandlers } from './metrics-collection.ts'
import { Movement } from './movement.ts'
import { notificationHandlers } from './notifications.ts'
import { PolicyActions } from './policy-action.ts'
import { PolicyBook } from './policy-book.ts'
import { dropPolicy, policyHandlers } from './policy-handlers.ts'
import { processHandlers } from './processes.ts'
import { Reconciler } from './reconciler.ts'
import { scheduledActionHandlers } from './scheduled-actions.ts'
import { tagHandlers } from './tag-handlers.ts'
import { warmPoolHandlers } from './warm-pool.ts'

const client = sdk.autoScaling

export interface AutoScalingParts {
  readonly store: Store
  readonly clock: Clock
  readonly compute: Compute
  readonly traffic: Traffic
  readonly alarms: Alarms
  readonly region: string
  /** Twelve digits. */
  readonly account: string
  /** Hears of what goes wrong where no caller waits. */
  readonly report: (error: unknown) => void
}

/** EC2 Auto Scaling (API version 2011-01-01): the service, and the loop that keeps its groups at desired. */
export interface AutoScaling {
  readonly service: Service<typeof client>
  /** Begins to keep the groups; to be called when the instances of an earlier cloud process are known again. */
  start(): void
  /** What can be asked of it beside its API. */
  readonly questions: Questions
  close(): Promise<void>
}

export function autoScalingService(parts: AutoScalingParts): AutoScaling {
  const { clock, compute, traffic, alarms } = parts
  const book = new GroupBook(parts.store, clock)
  const movement = new Movement(book)
  const reconciler = new Reconciler({ ...parts, book })
  const policies = new PolicyBook(parts.store)
  const actions = new PolicyActions(book, policies)
  alarms.performBy((action) => actions.perform(action))
  book.onRemove(({ name }) => {
    for (const policy of policies.of(name)) dropPolicy(policy, policies, alarms, 'go')
    policies.cool(name, undefined)
  })
  const arnOf = arnsOf(parts.region, parts.account)
  return {
    service: {
      signingName: 'autoscaling',
      client,
      handlers: {
        ...launchConfigurationHandlers(book, compute, arnOf),
        ...groupHandlers({ book, compute, traffic, arnOf }, movement),
        ...membershipHandlers(book, movement, compute),
        ...instanceHandlers(book, movement, clock),
        ...processHandlers(book),
        ...balancerHandlers(book, traffic),
        ...tagHandlers(book),
        ...lifecycleHookHandlers(book),
        ...activityHandlers(book),
        ...accountHandlers(book),
        ...scheduledActionHandlers(book),
        ...notificationHandlers(book),
        ...metricsHandlers(book),
        ...warmPoolHandlers(book),
        ...policyHandlers({ book, policies, actions, alarms }),
      },
    },
    questions: { recommendations: recommendations(book) },
    start: () => reconciler.start(),
    close: () => reconciler.close(),
  }
}
