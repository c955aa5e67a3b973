import { autoScalingApi, findMade } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from './group.ts'
import { unlessDeleted } from './unless-deleted.ts'

const Processes = z.array(z.string())
const Input = z.strictObject({ group: z.string(), processes: Processes })
type Input = z.infer<typeof Input>
const touches = ({ group }: Input): string[] => [`group/${group}#capacity`]
const suspension = ({ group, processes }: Input): string => `group/${group}#suspended/${processes.join('+')}`

/** Suspends processes of a group (`SuspendProcesses`). Undone by resuming those that it suspended, and no others. */
export const suspendProcesses = defineChange({
  name: 'aws-autoscaling/suspend-processes',
  version: 1,
  input: Input,
  beforeSchema: z.strictObject({ suspended: Processes }),
  output: z.null(),
  calls: [
    'autoscaling:SuspendProcesses',
    'autoscaling:ResumeProcesses',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group, processes }) => `suspend ${processes.join(', ')} of ${group}`,
  before: async ({ group }, c) => ({ suspended: await suspendedOf(c, group) }),
  run: async ({ group, processes }, c) => {
    await change(c, 'SuspendProcesses', group, without(processes, c.before.suspended))
    return null
  },
  find: ({ group, processes }, c) =>
    findMade(c, async () => without(processes, await suspendedOf(c, group)).length === 0),
  undo: ({ group, processes }, c) =>
    unlessDeleted(c, group, async () => {
      await change(c, 'ResumeProcesses', group, without(processes, c.before.suspended))
      return undefined
    }),
  touches,
  holds: (input) => ({
    [suspension(input)]: `group ${input.group}: ${input.processes.join(', ')} suspended`,
  }),
})

/** Resumes processes of a group (`ResumeProcesses`). Undone by suspending them again. */
export const resumeProcesses = defineChange({
  name: 'aws-autoscaling/resume-processes',
  version: 1,
  input: Input,
  beforeSchema: z.strictObject({ suspended: Processes }),
  output: z.null(),
  calls: suspendProcesses.calls,
  title: ({ group, processes }) => `resume ${processes.join(', ')} of ${group}`,
  before: async ({ group }, c) => ({ suspended: await suspendedOf(c, group) }),
  run: async ({ group, processes }, c) => {
    await change(c, 'ResumeProcesses', group, processes)
    return null
  },
  find: ({ group, processes }, c) =>
    findMade(c, async () => {
      const suspended = await suspendedOf(c, group)
      return !processes.some((process) => suspended.includes(process))
    }),
  undo: ({ group, processes }, c) =>
    unlessDeleted(c, group, async () => {
      const own = processes.filter((process) => c.before.suspended.includes(process))
      await change(c, 'SuspendProcesses', group, own)
      return undefined
    }),
  touches,
  ends: (input) => [suspension(input)],
})

async function change(
  c: StepContext,
  operation: 'SuspendProcesses' | 'ResumeProcesses',
  AutoScalingGroupName: string,
  ScalingProcesses: string[],
): Promise<void> {
  // No processes named would mean all of them.
  if (ScalingProcesses.length === 0) return
  await autoScalingApi(c, operation, { AutoScalingGroupName, ScalingProcesses }, z.unknown())
}

const suspendedOf = async (c: StepContext, group: string): Promise<string[]> =>
  (await readGroup(c, group)).SuspendedProcesses.map(({ ProcessName }) => ProcessName)

const without = (processes: readonly string[], others: readonly string[]): string[] =>
  processes.filter((process) => !others.includes(process))
