import { Instance, poll } from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type DescribedInstance, instancesById, isEnding, stateReason } from './instances.ts'

/** How tasks log in to instances. */
export const Login = z.strictObject({
  user: z.string().exactOptional(),
  port: z.int().exactOptional(),
  /** Which address to connect to. @default the public one when there is one, else the private one */
  address: z.enum(['public', 'private']).exactOptional(),
})

export type Login = z.infer<typeof Login>

const Input = z.strictObject({ ids: z.array(z.string()), login: Login })
const runningWithinMs = 600_000

/**
 * Waits until all of these instances run and have an address (`DescribeInstances`). A read and not a check: they may be
 * gone by the time that a run is resumed, as one is that an image was baked from; what needs them then finds out.
 */
export const seeRunning = defineRead({
  name: 'aws-ec2/see-running',
  version: 1,
  input: Input,
  output: z.array(Instance),
  calls: ['ec2:DescribeInstances'],
  title: ({ ids }) => `see ${ids.length} running`,
  placeholder: ({ ids }) => ids.map(placeholderInstance),
  run: ({ ids, login }, c) =>
    poll(c, {
      what: `${ids.length} instances running`,
      deadlineMs: runningWithinMs,
      hint: 'look at the instances in the EC2 console: their state and status checks',
      look: async () => {
        const hosts = await hostsOf(c, ids, login)
        const missing = ids.filter((id) => typeof hosts.get(id) !== 'object').map((id) => hosts.get(id) ?? id)
        if (missing.length > 0) return { waiting: missing.join(', ') }
        return { done: [...hosts.values()].filter((host) => typeof host === 'object') }
      },
    }),
})

/** Instances as hosts, as they are now (`DescribeInstances`). */
export const describeInstances = defineRead({
  name: 'aws-ec2/describe-instances',
  version: 1,
  input: Input,
  output: z.array(Instance),
  calls: ['ec2:DescribeInstances'],
  title: ({ ids }) => `describe ${ids.join(', ')}`,
  placeholder: ({ ids }) => ids.map(placeholderInstance),
  run: async ({ ids, login }, c) => {
    const hosts = await hostsOf(c, ids, login)
    return ids.map((id) => {
      const host = hosts.get(id)
      if (typeof host === 'object') return host
      throw new ViridianError('E_INSTANCE_NOT_RUNNING', `${host ?? id}`, {
        hint: 'only a running instance with an address is a host',
      })
    })
  },
})

/** Each id's host, or in words why it is none yet. An instance that is ending fails the whole. */
async function hostsOf(
  c: StepContext,
  ids: readonly string[],
  login: Login,
): Promise<Map<string, Instance | string>> {
  const seen = await instancesById(c, ids)
  return new Map(
    ids.map((id) => {
      const instance = seen.get(id)
      return [id, instance ? hostOf(instance, login) : `${id} is not shown yet`]
    }),
  )
}

/** An instance as a host, or in words why it is none yet. One that is ending fails. */
export function hostOf(instance: DescribedInstance, login: Login): Instance | string {
  const { InstanceId: id, State, PrivateIpAddress, PublicIpAddress, Placement } = instance
  if (isEnding(instance) || State.Name === 'stopping' || State.Name === 'stopped')
    throw new ViridianError('E_INSTANCE_LOST', `${id} is ${State.Name}: ${stateReason(instance)}`, {
      hint: `mend what AWS names, then run the task again; the same at length: aws ec2 describe-instances --instance-ids ${id}`,
      place: { host: id },
    })
  if (State.Name !== 'running') return `${id} is ${State.Name}`
  const address = { public: PublicIpAddress, private: PrivateIpAddress }[login.address ?? 'public']
  const reachable = address ?? (login.address ? undefined : PrivateIpAddress)
  if (reachable === undefined || PrivateIpAddress === undefined) return `${id} has no address yet`
  const name = instance.Tags?.find(({ Key }) => Key === 'Name')?.Value
  return {
    name: id,
    address: reachable,
    ...(login.user !== undefined && { user: login.user }),
    ...(login.port !== undefined && { port: login.port }),
    labels: {
      instanceId: id,
      zone: Placement.AvailabilityZone,
      privateAddress: PrivateIpAddress,
      ...(name !== undefined && { name }),
    },
    id,
    zone: Placement.AvailabilityZone,
    ...(instance.SubnetId !== undefined && { subnet: instance.SubnetId }),
    image: instance.ImageId,
    privateAddress: PrivateIpAddress,
  }
}

const placeholderInstance = (id: string): Instance => ({
  name: id,
  address: id,
  labels: { instanceId: id },
  id,
  zone: id,
  image: id,
  privateAddress: id,
})
