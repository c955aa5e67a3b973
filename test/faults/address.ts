/** Where a run is: on its way to the commit, behind it, or on its way back. */
export type Phase = 'forward' | 'committed' | 'undo'

/** One place of a run at which something can go wrong: a call to AWS or a command on a host. */
export interface Address {
  readonly phase: Phase
  /** The key of the step that asks; of a command: the task. */
  readonly step: string
  /** As IAM names it, `ec2:RunInstances`; `ssh:Exec` for a command. */
  readonly operation: string
  /** Counts from 0: among the calls of one step; among all commands of the run. */
  readonly occurrence: number
}

export const isCommand = ({ operation }: Address): boolean => operation === 'ssh:Exec'

export const isRead = ({ operation }: Address): boolean => /:(Describe|Get|List)/.test(operation)

/** @example 'forward › /launch#0/aws-ec2/run-instances#0 › ec2:RunInstances #0' */
export const addressText = ({ phase, step, operation, occurrence }: Address): string =>
  `${phase} › ${step} › ${operation} #${occurrence}`
