import {
  AutoScalingClient,
  DescribeLifecycleHooksCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-auto-scaling'
import type { Access } from './account.ts'

/** What belongs to the Auto Scaling groups of an account and is described by calls of its own, seen through Amazon's SDK. */
export class GroupParts {
  readonly #autoScaling: AutoScalingClient

  constructor({ endpoint, region, accessKeyId, secretAccessKey }: Access) {
    this.#autoScaling = new AutoScalingClient({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
    })
  }

  async policies() {
    const { ScalingPolicies = [] } = await this.#autoScaling.send(new DescribePoliciesCommand({}))
    return ScalingPolicies
  }

  /** The lifecycle hooks of these groups: AWS is not asked for those of all. */
  async hooks(groups: readonly string[]) {
    const answers = await Promise.all(
      groups.map((AutoScalingGroupName) =>
        this.#autoScaling.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName })),
      ),
    )
    return answers.flatMap(({ LifecycleHooks = [] }) => LifecycleHooks)
  }

  async scheduled() {
    const { ScheduledUpdateGroupActions = [] } = await this.#autoScaling.send(
      new DescribeScheduledActionsCommand({}),
    )
    return ScheduledUpdateGroupActions
  }
}
