import type { CreateAccessPointInput, Tag } from '@aws-sdk/client-elastic-load-balancing'
import {
  type ClassicLoadBalancer,
  classicOnly,
  copyOf,
  elbApi,
  LoadBalancer,
  lookFor,
  nameFor,
  stepTag,
  tagsOf,
} from '@viridian/aws'
import {
  type ChangeContext,
  defineChange,
  placeholderText,
  type StepContext,
  ViridianError,
} from '@viridian/core'
import { z } from '@viridian/core/zod'
import { descriptionFates, listenerFates } from './balancer-fates.ts'
import { readDescription, readTags } from './balancer-settings.ts'

const nameLimit = 32
const Made = z.object({ DNSName: z.string() })

/**
 * Makes a load balancer with the listeners, certificates, place, security groups, scheme and tags of another, under a
 * name of its own (`CreateLoadBalancer`). Undone by deleting it, as long as it is the one that was made.
 */
export const createBalancer = defineChange({
  name: 'aws-elb/create-balancer',
  version: 2,
  /** The one to copy. */
  input: z.strictObject({ balancer: LoadBalancer }),
  beforeSchema: z.null(),
  output: LoadBalancer,
  calls: [
    'elasticloadbalancing:CreateLoadBalancer',
    'elasticloadbalancing:DeleteLoadBalancer',
    'elasticloadbalancing:AddTags',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeTags',
  ],
  title: ({ balancer }) => `copy ${classicOnly(balancer).name}`,
  placeholder: ({ balancer }) => {
    const { name } = classicOnly(balancer)
    const made = {
      name: placeholderText(`copy of ${name}`),
      dnsName: placeholderText(`address of ${name}'s copy`),
    }
    return { ...classicOnly(balancer), ...made }
  },
  before: async () => null,
  run: async ({ balancer }, c) => {
    const original = classicOnly(balancer)
    const name = nameOfCopy(original, c)
    const tags = await readTags(c, name)
    if (tags && !isOwn(tags, c)) throw nameTaken(name)
    const input = await copyInput(c, original, name)
    const { DNSName: dnsName } = await elbApi(c, 'CreateLoadBalancer', input, Made)
    return { ...original, name, dnsName }
  },
  find: async ({ balancer }, c) => {
    const original = classicOnly(balancer)
    const name = nameOfCopy(original, c)
    const tags = await lookFor(c, () => readTags(c, name))
    if (!tags || !isOwn(tags, c)) return { status: 'absent' }
    const { DNSName: dnsName = '' } = await readDescription(c, name)
    return { status: 'done', output: { ...original, name, dnsName } }
  },
  undo: async (_input, { output, ...c }) => {
    const { name } = classicOnly(output)
    const tags = await lookFor(c, () => readTags(c, name))
    if (!tags) return undefined
    if (!isOwn(tags, c)) return { leftAlone: `load balancer ${name}: it does not carry this step's tag` }
    await elbApi(c, 'DeleteLoadBalancer', { LoadBalancerName: name }, z.unknown())
    return undefined
  },
  touches: (_input, output) => [`balancer/${classicOnly(output).name}`],
  makes: (_input, output) => [`balancer/${classicOnly(output).name}`],
  leaves: (_input, output) => [`load balancer ${classicOnly(output).name}`],
})

/** AWS keeps names that begin with `internal-` for itself. */
const nameOfCopy = ({ name }: ClassicLoadBalancer, { token }: { readonly token: string }): string =>
  nameFor(name.replace(/^(internal-)+/, ''), token, nameLimit)

const isOwn = (tags: readonly Tag[], { token }: { readonly token: string }): boolean =>
  tags.some(({ Key, Value }) => Key === stepTag && Value === token)

async function copyInput(
  c: ChangeContext<null>,
  { name: from }: ClassicLoadBalancer,
  LoadBalancerName: string,
): Promise<CreateAccessPointInput> {
  const { ListenerDescriptions, Subnets, AvailabilityZones, SecurityGroups, Scheme } = copyOf(
    await readDescription(c, from),
    descriptionFates,
  )
  return {
    LoadBalancerName,
    Listeners: (ListenerDescriptions ?? [])
      .flatMap(({ Listener }) => Listener ?? [])
      .map((each) => copyOf(each, listenerFates)),
    // AWS describes both, and takes one of them.
    ...(Subnets ? { Subnets } : { AvailabilityZones }),
    SecurityGroups,
    Scheme,
    Tags: tagsOf(c, await ownersTags(c, from)),
  }
}

async function ownersTags(c: StepContext, name: string): Promise<Record<string, string>> {
  const tags = (await readTags(c, name)) ?? []
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}

const nameTaken = (name: string): ViridianError =>
  new ViridianError(
    'E_NAME_TAKEN',
    `there is a load balancer ${name} already, and this run has not made it`,
    {
      hint: `see whose it is: aws elb describe-tags --load-balancer-names ${name}`,
      place: { call: 'elasticloadbalancing:DescribeTags' },
      refused: true,
    },
  )
