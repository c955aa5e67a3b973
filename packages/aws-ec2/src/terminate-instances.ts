import { awsCode, ec2Api, findMade, lookFor, poll, runTag } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type DescribedInstance, instancesById, isEnding } from './instances.ts'

const shownWithinMs = 10_000
const endingWithinMs = 300_000
const Ids = z.array(z.string())

/**
 * Asks for the end of instances (`TerminateInstances`). It cannot be undone: unless the run itself has launched them all,
 * it belongs behind the commit.
 */
export const terminateInstances = defineChange({
  name: 'aws-ec2/terminate-instances',
  version: 2,
  input: z.strictObject({ ids: Ids }),
  /** Whether all of them are the run's own: nobody misses them when it is taken back. */
  beforeSchema: z.strictObject({ own: z.boolean() }),
  output: z.null(),
  calls: ['ec2:TerminateInstances', 'ec2:ModifyInstanceAttribute', 'ec2:DescribeInstances'],
  title: ({ ids }) => `terminate ${ids.join(', ')}`,
  before: async ({ ids }, c) => {
    const seen = await instancesById(c, ids)
    return { own: ids.every((id) => isOf(c.run.id, seen.get(id))) }
  },
  run: async ({ ids }, c) => {
    if (c.before.own) await terminateOwn(c, ids)
    else await terminate(c, ids)
    return null
  },
  find: ({ ids }, c) => findMade(c, async () => [...(await instancesById(c, ids)).values()].every(isEnding)),
  undo: async ({ ids }, { before: { own } }) =>
    own ? undefined : { leftAlone: `${ids.join(', ')}: a terminated instance cannot be brought back` },
  touches: ({ ids }) => ids.map((id) => `instance/${id}`),
  ends: ({ ids }) => ids.map((id) => `instance/${id}`),
})

const isOf = (run: string, instance: DescribedInstance | undefined): boolean =>
  instance?.Tags?.some(({ Key, Value }) => Key === runTag && Value === run) ?? false

async function terminate(c: StepContext, ids: readonly string[]): Promise<void> {
  await ec2Api(c, 'TerminateInstances', { InstanceIds: [...ids] }, z.unknown())
}

/** What the run has launched it may end also where the launch source protects it from being terminated. */
async function terminateOwn(c: StepContext, ids: readonly string[]): Promise<void> {
  try {
    await terminate(c, ids)
  } catch (error) {
    if (awsCode(error) !== 'OperationNotPermitted') throw error
    for (const InstanceId of ids) {
      const input = { InstanceId, DisableApiTermination: { Value: false } }
      await ec2Api(c, 'ModifyInstanceAttribute', input, z.unknown())
    }
    await terminate(c, ids)
  }
}

/**
 * Terminates instances of the run's own, sees them on their way out, and is content with those that are gone already.
 *
 * @returns the ids that EC2 does not know any more
 */
export async function endInstances(c: StepContext, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const known = await knownIds(c, ids)
  const InstanceIds = ids.filter((id) => known.has(id))
  if (InstanceIds.length > 0) {
    await terminateOwn(c, InstanceIds)
    await poll(c, {
      what: `${InstanceIds.length} instances shutting down`,
      deadlineMs: endingWithinMs,
      look: async () => {
        const seen = await instancesById(c, InstanceIds)
        const left = [...seen.values()].filter((instance) => !isEnding(instance))
        if (left.length === 0) return { done: undefined }
        return {
          waiting: left.map(({ InstanceId, State }) => `${InstanceId} is ${State.Name}`).join(', '),
        }
      },
    })
  }
  return ids.filter((id) => !known.has(id))
}

// An instance that was launched a moment ago may not be shown yet: that is not absence.
async function knownIds(c: StepContext, ids: readonly string[]): Promise<ReadonlySet<string>> {
  let known: ReadonlySet<string> = new Set()
  const areKnown = async (): Promise<boolean> => {
    known = new Set((await instancesById(c, ids)).keys())
    return known.size === ids.length
  }
  await lookFor(c, areKnown, shownWithinMs)
  return known
}
