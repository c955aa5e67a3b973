import type { Policies, PolicyDescription } from '@aws-sdk/client-elastic-load-balancing'
import { AwsError } from '../../service.ts'
import { required } from '../constraint.ts'
import type { BalancerBook, ElbHandlers } from './balancer-book.ts'
import type { LoadBalancer } from './load-balancer.ts'

/** A policy of a load balancer: a record, for the proxy knows no stickiness and no ciphers. */
export interface Policy {
  readonly name: string
  readonly type: string
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
}

const appCookie = 'AppCookieStickinessPolicyType'
const balancerCookie = 'LBCookieStickinessPolicyType'
const policyTypes = [
  appCookie,
  balancerCookie,
  'SSLNegotiationPolicyType',
  'ProxyProtocolPolicyType',
  'PublicKeyPolicyType',
  'BackendServerAuthenticationPolicyType',
]

/** The operations on policies. */
export function policyHandlers(book: BalancerBook): ElbHandlers {
  const add = (name: string | undefined, policy: Policy): void => {
    const balancer = book.find(name)
    if (balancer.policies.some((present) => present.name === policy.name)) {
      throw new AwsError('DuplicatePolicyName', `A policy named ${policy.name} exists already.`)
    }
    balancer.policies.push(policy)
    book.save()
  }
  return {
    CreateAppCookieStickinessPolicy(input) {
      const value = required(input.CookieName, 'cookieName')
      const name = required(input.PolicyName, 'policyName')
      add(input.LoadBalancerName, { name, type: appCookie, attributes: [{ name: 'CookieName', value }] })
      return {}
    },
    CreateLBCookieStickinessPolicy(input) {
      const value = `${input.CookieExpirationPeriod ?? 0}`
      const name = required(input.PolicyName, 'policyName')
      const attributes = [{ name: 'CookieExpirationPeriod', value }]
      add(input.LoadBalancerName, { name, type: balancerCookie, attributes })
      return {}
    },
    CreateLoadBalancerPolicy(input) {
      const type = required(input.PolicyTypeName, 'policyTypeName')
      if (!policyTypes.includes(type)) {
        throw new AwsError('PolicyTypeNotFound', `Policy type ${type} does not exist.`)
      }
      const attributes = (input.PolicyAttributes ?? []).map(({ AttributeName, AttributeValue }) => ({
        name: required(AttributeName, 'attributeName'),
        value: AttributeValue ?? '',
      }))
      add(input.LoadBalancerName, { name: required(input.PolicyName, 'policyName'), type, attributes })
      return {}
    },
    DeleteLoadBalancerPolicy(input) {
      const balancer = book.find(input.LoadBalancerName)
      const name = required(input.PolicyName, 'policyName')
      refuseUsedPolicy(balancer, name)
      balancer.policies = balancer.policies.filter((policy) => policy.name !== name)
      book.save()
      return {}
    },
    DescribeLoadBalancerPolicies(input) {
      // Without a load balancer AWS lists sample policies; there are none here.
      const policies = input.LoadBalancerName === undefined ? [] : book.find(input.LoadBalancerName).policies
      const named = input.PolicyNames ?? []
      const asked = named.length === 0 ? policies : named.map((name) => findPolicy(policies, name))
      return { PolicyDescriptions: asked.map(describePolicy) }
    },
    SetLoadBalancerPoliciesOfListener(input) {
      const balancer = book.find(input.LoadBalancerName)
      const port = required(input.LoadBalancerPort, 'loadBalancerPort')
      const policies = required(input.PolicyNames, 'policyNames')
      for (const name of policies) findPolicy(balancer.policies, name)
      if (!balancer.listeners.some((listener) => listener.port === port)) {
        throw new AwsError('ListenerNotFound', `The listener for port ${port} does not exist.`)
      }
      balancer.listeners = balancer.listeners.map((listener) =>
        listener.port === port ? { ...listener, policies } : listener,
      )
      book.save()
      return {}
    },
    SetLoadBalancerPoliciesForBackendServer(input) {
      const balancer = book.find(input.LoadBalancerName)
      const port = required(input.InstancePort, 'instancePort')
      const policies = required(input.PolicyNames, 'policyNames')
      for (const name of policies) findPolicy(balancer.policies, name)
      if (!balancer.listeners.some((listener) => listener.instancePort === port)) {
        throw new AwsError(
          'InvalidConfigurationRequest',
          `No listener of ${balancer.name} forwards to port ${port}.`,
          409,
        )
      }
      if (policies.length === 0) delete balancer.backendPolicies[port]
      else balancer.backendPolicies[port] = [...policies]
      book.save()
      return {}
    },
  }
}

/** The policies of a load balancer as DescribeLoadBalancers sorts them. */
export function describePolicies(policies: readonly Policy[]): Policies {
  const ofType = (type: string): readonly Policy[] => policies.filter((policy) => policy.type === type)
  return {
    AppCookieStickinessPolicies: ofType(appCookie).map((policy) => ({
      PolicyName: policy.name,
      CookieName: policy.attributes[0]?.value ?? '',
    })),
    LBCookieStickinessPolicies: ofType(balancerCookie).map((policy) => ({
      PolicyName: policy.name,
      CookieExpirationPeriod: Number(policy.attributes[0]?.value ?? 0),
    })),
    OtherPolicies: policies
      .filter(({ type }) => type !== appCookie && type !== balancerCookie)
      .map(({ name }) => name),
  }
}

function describePolicy(policy: Policy): PolicyDescription {
  return {
    PolicyName: policy.name,
    PolicyTypeName: policy.type,
    PolicyAttributeDescriptions: policy.attributes.map(({ name, value }) => ({
      AttributeName: name,
      AttributeValue: value,
    })),
  }
}

function findPolicy(policies: readonly Policy[], name: string): Policy {
  const found = policies.find((policy) => policy.name === name)
  if (found === undefined) throw new AwsError('PolicyNotFound', `There is no policy with name ${name}.`)
  return found
}

function refuseUsedPolicy(balancer: LoadBalancer, name: string): void {
  const used = [
    ...balancer.listeners.map(({ policies }) => policies),
    ...Object.values(balancer.backendPolicies),
  ]
  if (used.some((policies) => policies.includes(name))) {
    throw new AwsError('InvalidConfigurationRequest', `The policy ${name} is in use.`, 409)
  }
}
