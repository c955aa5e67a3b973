import { validationError } from '../constraint.ts'
import { awsTime } from './activity-log.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'

/** The processes of a group that can be suspended. */
export const processes = [
  'AZRebalance',
  'AddToLoadBalancer',
  'AlarmNotification',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
] as const

export type Process = (typeof processes)[number]

/** The operations that suspend and resume processes; no names mean all. */
export function processHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    SuspendProcesses(input) {
      const group = book.find(input.AutoScalingGroupName)
      if (group.deleting) {
        throw validationError('Processes may not be suspended while the AutoScaling group is pending delete')
      }
      const reason = `User suspended at ${awsTime(book.now())}`
      for (const name of readProcesses(input.ScalingProcesses)) group.suspended[name] ??= reason
      book.changed()
      return {}
    },
    ResumeProcesses(input) {
      const group = book.find(input.AutoScalingGroupName)
      for (const name of readProcesses(input.ScalingProcesses)) delete group.suspended[name]
      book.changed()
      return {}
    },
    DescribeScalingProcessTypes() {
      return { Processes: processes.map((ProcessName) => ({ ProcessName })) }
    },
  }
}

function readProcesses(names: readonly string[] | undefined): readonly Process[] {
  if (names === undefined || names.length === 0) return processes
  return names.map((name) => {
    const found = processes.find((process) => process === name)
    if (found === undefined) {
      throw validationError(`The process ${name} is not valid. Valid processes: ${processes.join(', ')}`)
    }
    return found
  })
}
