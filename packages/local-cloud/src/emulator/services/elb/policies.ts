import type { Policies, PolicyDescription } from '@aws-sdk/client-elastic-load-balancing'
import { AwsError } from '../../service.ts'
import { required } from '../constraint.ts'
import type { BalancerBook, ElbHandlers } from './balancer-book.ts'
import type { ListenerRecord, LoadBalancer } from './load-balancer.ts'
import {
  appCookie,
  backendAuthentication,
  balancerCookie,
  type Policy,
  type PolicyAttribute,
  proxyProtocol,
  sslNegotiation,
} from './policy.ts'
import { invalidPolicy, policyTypes, readPolicy } from './policy-types.ts'
import { securityPolicies } from './security-policies.ts'

/** The operations on policies. */
export function policyHandlers(book: BalancerBook): ElbHandlers {
  const add = (
    of: string | undefined,
    policy: string | undefined,
    type: string,
    attributes: readonly PolicyAttribute[],
  ): void => {
    const balancer = book.find(of)
    const name = required(policy, 'policyName')
    if (balancer.policies.some((present) => present.name === name)) {
      throw new AwsError('DuplicatePolicyName', `A policy named ${name} exists already.`)
    }
    balancer.policies.push(readPolicy(name, type, attributes, balancer.policies))
    book.save()
  }
  return {
    CreateAppCookieStickinessPolicy(input) {
      const value = required(input.CookieName, 'cookieName')
      add(input.LoadBalancerName, input.PolicyName, appCookie, [{ name: 'CookieName', value }])
      return {}
    },
    CreateLBCookieStickinessPolicy(input) {
      const period = input.CookieExpirationPeriod
      const attributes = period === undefined ? [] : [{ name: 'CookieExpirationPeriod', value: `${period}` }]
      add(input.LoadBalancerName, input.PolicyName, balancerCookie, attributes)
      return {}
    },
    CreateLoadBalancerPolicy(input) {
      const attributes = (input.PolicyAttributes ?? []).map(({ AttributeName, AttributeValue }) => ({
        name: required(AttributeName, 'attributeName'),
        value: AttributeValue ?? '',
      }))
      const type = required(input.PolicyTypeName, 'policyTypeName')
      add(input.LoadBalancerName, input.PolicyName, type, attributes)
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
      const policies =
        input.LoadBalancerName === undefined ? securityPolicies : book.find(input.LoadBalancerName).policies
      const named = input.PolicyNames ?? []
      const asked = named.length === 0 ? policies : named.map((name) => findPolicy(policies, name))
      return { PolicyDescriptions: asked.map(describePolicy) }
    },
    DescribeLoadBalancerPolicyTypes(input) {
      const named = input.PolicyTypeNames ?? []
      const found = named.map((name) => {
        const type = policyTypes.find(({ PolicyTypeName }) => PolicyTypeName === name)
        if (type === undefined)
          throw new AwsError('PolicyTypeNotFound', `Policy type ${name} does not exist.`)
        return type
      })
      return { PolicyTypeDescriptions: named.length === 0 ? [...policyTypes] : found }
    },
    async SetLoadBalancerPoliciesOfListener(input) {
      const port = required(input.LoadBalancerPort, 'loadBalancerPort')
      const policies = required(input.PolicyNames, 'policyNames')
      await book.change(input.LoadBalancerName, (balancer) => {
        const found = policies.map((name) => findPolicy(balancer.policies, name))
        const asked = balancer.listeners.find((listener) => listener.port === port)
        if (asked === undefined)
          throw new AwsError('ListenerNotFound', `The listener for port ${port} does not exist.`)
        refuseMisfits(asked, found)
        return {
          listeners: balancer.listeners.map((listener) =>
            listener === asked ? { ...listener, policies } : listener,
          ),
        }
      })
      return {}
    },
    SetLoadBalancerPoliciesForBackendServer(input) {
      const balancer = book.find(input.LoadBalancerName)
      const port = required(input.InstancePort, 'instancePort')
      const policies = required(input.PolicyNames, 'policyNames')
      for (const { name, type } of policies.map((each) => findPolicy(balancer.policies, each))) {
        if (type !== proxyProtocol && type !== backendAuthentication)
          throw invalidPolicy(`The policy ${name} is a ${type}, which is not for instances.`)
      }
      if (!balancer.listeners.some((listener) => listener.instancePort === port))
        throw invalidPolicy(`No listener of ${balancer.name} forwards to port ${port}.`)
      if (policies.length === 0) delete balancer.backendPolicies[port]
      else balancer.backendPolicies[port] = [...policies]
      book.save()
      return {}
    },
  }
}

/** Cookies are for HTTP, ciphers for what is encrypted, and a client has one binding. */
function refuseMisfits({ port, protocol }: ListenerRecord, policies: readonly Policy[]): void {
  const places: Readonly<Record<string, readonly string[]>> = {
    [appCookie]: ['HTTP', 'HTTPS'],
    [balancerCookie]: ['HTTP', 'HTTPS'],
    [sslNegotiation]: ['HTTPS', 'SSL'],
  }
  for (const { name, type } of policies) {
    if (!places[type]?.includes(protocol))
      throw invalidPolicy(
        `The policy ${name} is a ${type}, which is not for the ${protocol} listener ${port}.`,
      )
  }
  for (const kinds of [[appCookie, balancerCookie], [sslNegotiation]]) {
    const same = policies.filter(({ type }) => kinds.includes(type))
    if (same.length > 1)
      throw invalidPolicy(`Only one of the policies ${same.map(({ name }) => name).join(', ')} can be set.`)
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
      ...(policy.attributes[0] && { CookieExpirationPeriod: Number(policy.attributes[0].value) }),
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
    throw invalidPolicy(`The policy ${name} is in use.`)
  }
}
