import type { PolicyAttribute, PolicyDescription } from '@aws-sdk/client-elastic-load-balancing'
import { copyOf, elbApi, findMade } from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineCopyPart } from '../copy-part.ts'
import { classicRef } from '../resource-ref.ts'
import { backendFates, listenerDescriptionFates, policyAttributeFates, policyFates } from './fates.ts'
import { readDescription, readPolicies } from './settings.ts'

const reference = 'Reference-Security-Policy'
const publicKey = 'PublicKeyPolicyType'

const Placed = z.strictObject({ port: z.int(), policies: z.array(z.string()) })

/** Reads which policies a balancer has, in the order in which they can be made, and where each is set. */
export const readPolicyPlan = defineRead({
  name: 'aws-elb/read-policy-plan',
  version: 1,
  input: z.strictObject({ name: z.string() }),
  output: z.strictObject({
    policies: z.array(z.string()),
    /** By the balancer's port. */
    listeners: z.array(Placed),
    /** By the instances' port. */
    backends: z.array(Placed),
  }),
  calls: ['elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeLoadBalancerPolicies'],
  title: ({ name }) => `read the policies of ${name}`,
  run: async ({ name }, c) => {
    const { ListenerDescriptions = [], BackendServerDescriptions = [] } = await readDescription(c, name)
    const listeners = ListenerDescriptions.map((each) => copyOf(each, listenerDescriptionFates))
    const backends = BackendServerDescriptions.map((each) => copyOf(each, backendFates))
    return {
      policies: inOrder(await readPolicies(c, name)).map(({ PolicyName = '' }) => PolicyName),
      listeners: listeners
        .filter(({ Listener, PolicyNames = [] }) => PolicyNames.length > 0 || isSecure(Listener?.Protocol))
        .map(({ Listener, PolicyNames = [] }) => ({
          port: Listener?.LoadBalancerPort ?? 0,
          policies: PolicyNames,
        })),
      backends: backends.map(({ InstancePort = 0, PolicyNames = [] }) => ({
        port: InstancePort,
        policies: PolicyNames,
      })),
    }
  },
})

/**
 * Copies a policy to a balancer's copy (`CreateLoadBalancerPolicy`), unless AWS has given it one of that name with its
 * listeners. Undone with the copy.
 */
export const createPolicy = defineCopyPart({
  name: 'aws-elb/create-policy',
  version: 1,
  input: z.strictObject({ from: z.string(), name: z.string(), policy: z.string() }),
  output: z.null(),
  copyOf: classicRef,
  calls: [
    'elasticloadbalancing:CreateLoadBalancerPolicy',
    'elasticloadbalancing:DescribeLoadBalancerPolicies',
  ],
  title: ({ from, policy }) => `copy policy ${policy} of ${from}`,
  run: async ({ from, name, policy }, c) => {
    if (await policyOf(c, name, policy)) return null
    const original = await policyOf(c, from, policy)
    if (!original)
      throw new ViridianError('E_POLICY_NOT_FOUND', `${from} has no policy ${policy} any more`, {
        hint: 'somebody has deleted it meanwhile: run the task again',
        place: { call: 'elasticloadbalancing:DescribeLoadBalancerPolicies' },
      })
    const { PolicyName, PolicyTypeName } = copyOf(original, policyFates)
    const PolicyAttributes = attributesToSend(original)
    const input = { LoadBalancerName: name, PolicyName, PolicyTypeName, PolicyAttributes }
    await elbApi(c, 'CreateLoadBalancerPolicy', input, z.unknown())
    return null
  },
  find: ({ name, policy }, c) => findMade(c, async () => (await policyOf(c, name, policy)) !== undefined),
})

const SetInput = Placed.extend({ name: z.string() })

/** Sets the policies of a copy's listener (`SetLoadBalancerPoliciesOfListener`). Undone with the copy. */
export const setListenerPolicies = defineCopyPart({
  name: 'aws-elb/set-listener-policies',
  version: 1,
  input: SetInput,
  output: z.null(),
  copyOf: classicRef,
  calls: [
    'elasticloadbalancing:SetLoadBalancerPoliciesOfListener',
    'elasticloadbalancing:DescribeLoadBalancers',
  ],
  title: ({ port, policies }) => `set ${policies.join(', ') || 'no policy'} at listener ${port}`,
  run: async ({ name, port, policies }, c) => {
    const input = { LoadBalancerName: name, LoadBalancerPort: port, PolicyNames: policies }
    await elbApi(c, 'SetLoadBalancerPoliciesOfListener', input, z.unknown())
    return null
  },
  find: ({ name, port, policies }, c) =>
    findMade(c, async () => {
      const { ListenerDescriptions = [] } = await readDescription(c, name)
      const found = ListenerDescriptions.find(({ Listener }) => Listener?.LoadBalancerPort === port)
      return sameNames(found?.PolicyNames, policies)
    }),
})

/** Sets the policies towards a copy's instances (`SetLoadBalancerPoliciesForBackendServer`). Undone with the copy. */
export const setBackendPolicies = defineCopyPart({
  name: 'aws-elb/set-backend-policies',
  version: 1,
  input: SetInput,
  output: z.null(),
  copyOf: classicRef,
  calls: [
    'elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer',
    'elasticloadbalancing:DescribeLoadBalancers',
  ],
  title: ({ port, policies }) => `set ${policies.join(', ')} towards port ${port} of instances`,
  run: async ({ name, port, policies }, c) => {
    const input = { LoadBalancerName: name, InstancePort: port, PolicyNames: policies }
    await elbApi(c, 'SetLoadBalancerPoliciesForBackendServer', input, z.unknown())
    return null
  },
  find: ({ name, port, policies }, c) =>
    findMade(c, async () => {
      const { BackendServerDescriptions = [] } = await readDescription(c, name)
      const found = BackendServerDescriptions.find(({ InstancePort }) => InstancePort === port)
      return sameNames(found?.PolicyNames, policies)
    }),
})

/** Public keys first: the authentication of instances names their policies. */
const inOrder = (policies: readonly PolicyDescription[]): PolicyDescription[] => [
  ...policies.filter(({ PolicyTypeName }) => PolicyTypeName === publicKey),
  ...policies.filter(({ PolicyTypeName }) => PolicyTypeName !== publicKey),
]

const isSecure = (protocol = ''): boolean => /^(HTTPS|SSL)$/i.test(protocol)

async function policyOf(
  c: StepContext,
  balancer: string,
  name: string,
): Promise<PolicyDescription | undefined> {
  return (await readPolicies(c, balancer)).find(({ PolicyName }) => PolicyName === name)
}

/** AWS describes one that refers to a policy of its own with every cipher of that; it is made by the reference alone. */
function attributesToSend({ PolicyAttributeDescriptions = [] }: PolicyDescription): PolicyAttribute[] {
  const all = PolicyAttributeDescriptions.map((each) => copyOf(each, policyAttributeFates))
  const referring = all.filter(({ AttributeName }) => AttributeName === reference)
  return referring.length > 0 ? referring : all
}

const sameNames = (some: readonly string[] = [], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name) => others.includes(name))
