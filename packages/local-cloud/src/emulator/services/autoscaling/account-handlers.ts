import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { transitions } from './lifecycle-action.ts'
import { terminationPolicies } from './termination-policy.ts'

/** What the account has, and what AWS knows. The limits are a new account's; nothing here is refused for them. */
export function accountHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    DescribeAccountLimits: () => ({
      MaxNumberOfAutoScalingGroups: 500,
      MaxNumberOfLaunchConfigurations: 200,
      NumberOfAutoScalingGroups: book.groups().length,
      NumberOfLaunchConfigurations: book.configurations().length,
    }),
    DescribeTerminationPolicyTypes: () => ({ TerminationPolicyTypes: [...terminationPolicies].sort() }),
    DescribeLifecycleHookTypes: () => ({ LifecycleHookTypes: [...transitions] }),
  }
}
