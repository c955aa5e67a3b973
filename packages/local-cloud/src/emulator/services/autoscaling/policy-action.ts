import { AwsError } from '../../service.ts'
import type { AlarmAction } from '../cloudwatch/alarm-actions.ts'
import { validationError } from '../constraint.ts'
import { adjusted, adjustmentTypes, stepFor } from './adjustment.ts'
import type { Group } from './group.ts'
import type { GroupBook } from './group-book.ts'
import { explain } from './group-handlers.ts'
import type { PolicyBook } from './policy-book.ts'
import type { Policy } from './scaling-policy.ts'

/** Why a policy is to act. */
interface Occasion {
  /** `a monitor alarm … in state ALARM triggered`: who asks for it. */
  readonly who: string
  /** By how much the metric is beyond the threshold, where that is known. */
  readonly breach?: number
}

/** Lets policies change the desired capacity of their groups, within the groups' sizes. */
export class PolicyActions {
  readonly #groups: GroupBook
  readonly #policies: PolicyBook

  constructor(groups: GroupBook, policies: PolicyBook) {
    this.#groups = groups
    this.#policies = policies
  }

  /** Performs an alarm's action when it is a policy's; false: it is another's. */
  perform(action: AlarmAction): boolean {
    const policy = this.#policies.byArn(action.arn)
    const group = policy && this.#groups.group(policy.group)
    if (policy === undefined || group === undefined) return false
    const who = `a monitor alarm ${action.alarm} in state ${action.state} triggered`
    const occasion = { who, ...(action.breach === undefined ? {} : { breach: action.breach }) }
    if (policy.settings.Enabled === false || group.suspended.AlarmNotification !== undefined) return true
    if (policy.settings.PolicyType === 'TargetTrackingScaling') this.#track(group, policy, action, occasion)
    else if (policy.settings.PolicyType === 'StepScaling') this.#step(group, policy, occasion)
    else if (!this.#isCooling(group)) this.#simple(group, policy, occasion)
    return true
  }

  /**
   * Performs a policy at a user's request.
   *
   * @throws AwsError `ScalingActivityInProgress` in a cooldown that is to be honoured, `ValidationError`.
   */
  execute(policy: Policy, breach: number | undefined, honorCooldown: boolean): void {
    const group = this.#groups.find(policy.group)
    const type = policy.settings.PolicyType
    const occasion = { who: 'a user request executed', ...(breach === undefined ? {} : { breach }) }
    if (type === 'SimpleScaling') {
      if (honorCooldown && this.#isCooling(group)) {
        throw new AwsError(
          'ScalingActivityInProgress',
          `A scaling activity or cooldown of ${group.name} blocks this action`,
        )
      }
      if (policy.settings.Enabled !== false) this.#simple(group, policy, occasion)
    } else if (type === 'StepScaling') {
      if (breach === undefined) {
        throw validationError('MetricValue and BreachThreshold are required for policies of type StepScaling')
      }
      if (stepFor(policy.settings.StepAdjustments ?? [], breach) === undefined) {
        throw validationError('There is no step adjustment for this MetricValue and BreachThreshold')
      }
      if (policy.settings.Enabled !== false) this.#step(group, policy, occasion)
    } else throw validationError(`ExecutePolicy is not supported for policies of type ${type}`)
  }

  #simple(group: Group, policy: Policy, occasion: Occasion): void {
    const { ScalingAdjustment: amount = 0, Cooldown: seconds = group.cooldown } = policy.settings
    const changed = this.#change(group, policy, amount, occasion)
    if (changed) this.#policies.cool(group.name, { since: this.#groups.now().toISOString(), seconds })
  }

  /** A breach that is not known counts as none: the step next to the threshold. */
  #step(group: Group, policy: Policy, occasion: Occasion): void {
    const steps = policy.settings.StepAdjustments ?? []
    const step =
      stepFor(steps, occasion.breach ?? 0) ?? (occasion.breach === undefined ? steps[0] : undefined)
    if (step !== undefined) this.#change(group, policy, step.ScalingAdjustment ?? 0, occasion)
  }

  /** AWS reckons how much is missing to the target; here it is one instance at a time. */
  #track(group: Group, policy: Policy, { alarm }: AlarmAction, { who }: Occasion): void {
    this.#scale(group, policy, group.desired + (alarm === policy.alarms.low ? -1 : 1), who)
  }

  #change(group: Group, policy: Policy, amount: number, { who }: Occasion): boolean {
    const { AdjustmentType, MinAdjustmentMagnitude } = policy.settings
    const type = adjustmentTypes.find((each) => each === AdjustmentType) ?? 'ChangeInCapacity'
    return this.#scale(group, policy, adjusted(group.desired, type, amount, MinAdjustmentMagnitude), who)
  }

  /** True: the desired capacity is another now. */
  #scale(group: Group, policy: Policy, wanted: number, who: string): boolean {
    if (group.deleting) return false
    const before = group.desired
    group.desired = Math.min(Math.max(wanted, group.min), group.max)
    explain(group, `${who} policy ${policy.name}`, before, this.#groups.now())
    if (group.desired !== before) this.#groups.changed()
    return group.desired !== before
  }

  /** Simple policies wait while an activity is under way, and for a cooldown after what one of them began has ended. */
  #isCooling(group: Group): boolean {
    const { activities } = this.#groups
    if (activities.all().some(({ groupArn, end }) => groupArn === group.arn && end === undefined)) return true
    const cooling = this.#policies.cooling(group.name)
    if (cooling === undefined) return false
    const ends = [cooling.since, group.settled ?? cooling.since]
    return ends.some((time) => this.#groups.secondsSince(time) < cooling.seconds)
  }
}
