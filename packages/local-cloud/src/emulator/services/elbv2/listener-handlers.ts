import type { Listener as WireListener } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { forwardedTo, readActions } from './actions.ts'
import { Attributes } from './attributes.ts'
import { invalidMarker } from './balancer-handlers.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import { readSettings, withPresent } from './listener-settings.ts'
import {
  defaultRule,
  type ListenerProtocol,
  type ListenerRecord,
  type LoadBalancer,
} from './load-balancer.ts'
import { balancerOf, listenerArn, ruleArn } from './names.ts'
import { addTags } from './tags.ts'
import { isOfApplications } from './target-group.ts'

/** AWS's quota. */
const most = 50

/** The operations on listeners. */
export function listenerHandlers(book: Elbv2Book, certificates: Certificates): Elbv2Handlers {
  const parts = { book, certificates }
  return {
    async CreateListener(input) {
      const balancer = book.findBalancer(input.LoadBalancerArn)
      const settings = readSettings(input, balancer, parts)
      const actions = readActions(required(input.DefaultActions, 'defaultActions'), {
        kind: balancer.kind,
        protocol: settings.protocol,
      })
      const arn = listenerArn(balancer.arn)
      const rule = { arn: ruleArn(arn), priority: 'default', conditions: [], actions, tags: {} } as const
      const asked = { arn, ...settings, rules: [rule], tags: addTags({}, input.Tags ?? []) }
      const { listeners } = await book.change(balancer.arn, (now) => {
        refuseGroups(book, now, settings.protocol, forwardedTo(actions))
        if (now.listeners.some(({ port }) => port === asked.port)) return {}
        if (now.listeners.length >= most)
          throw new AwsError('TooManyListeners', `A load balancer cannot have more than ${most} listeners`)
        return { listeners: [...now.listeners, asked] }
      })
      const made = listeners.find(({ port }) => port === asked.port) ?? asked
      refuseOther(made, asked, balancer)
      return { Listeners: [describeListener(made)] }
    },
    DescribeListeners({ LoadBalancerArn, ListenerArns, Marker, PageSize = 400 }) {
      if (LoadBalancerArn !== undefined && ListenerArns !== undefined)
        throw validationError('Listener ARNs and a load balancer ARN cannot be specified at the same time')
      if (LoadBalancerArn === undefined && ListenerArns === undefined)
        throw validationError('You must specify either listener ARNs or a load balancer ARN')
      const all =
        ListenerArns?.map((arn) => book.findListener(arn).listener) ??
        book.findBalancer(LoadBalancerArn).listeners
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        Listeners: page.items.map(describeListener),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async ModifyListener(input) {
      const { balancer, listener: found } = book.findListener(input.ListenerArn)
      await book.changeListener(found.arn, (listener) => {
        const settings = readSettings(withPresent(input, listener), balancer, parts)
        const { kind } = balancer
        const { protocol } = settings
        const first = defaultRule(listener)
        const present = first.actions
        const actions = input.DefaultActions
          ? readActions(input.DefaultActions, { kind, protocol, present })
          : present
        const rules = listener.rules.map((rule) => (rule === first ? { ...rule, actions } : rule))
        for (const { actions } of rules) refuseGroups(book, balancer, settings.protocol, forwardedTo(actions))
        if (balancer.listeners.some((other) => other !== listener && other.port === settings.port))
          throw duplicateListener(balancer)
        return {
          arn: listener.arn,
          tags: listener.tags,
          ...settings,
          ...(settings.certificate !== undefined &&
            listener.moreCertificates && {
              moreCertificates: listener.moreCertificates.filter((arn) => arn !== settings.certificate),
            }),
          rules,
          ...(settings.protocol === listener.protocol &&
            listener.attributes && { attributes: listener.attributes }),
        }
      })
      return { Listeners: [describeListener(book.findListener(found.arn).listener)] }
    },
    async DeleteListener(input) {
      await book.changeListener(book.findListener(input.ListenerArn).listener.arn, () => undefined)
      return {}
    },
    DescribeListenerAttributes(input) {
      return { Attributes: Attributes.ofListener(book.findListener(input.ListenerArn).listener).describe() }
    },
    async ModifyListenerAttributes(input) {
      const { arn } = book.findListener(input.ListenerArn).listener
      const asked = required(input.Attributes, 'attributes')
      await book.changeListener(arn, (listener) => ({
        ...listener,
        attributes: Attributes.ofListener(listener).after(asked),
      }))
      return { Attributes: Attributes.ofListener(book.findListener(arn).listener).describe() }
    },
  }
}

/** What a listener may lead to. */
export function refuseGroups(
  book: Elbv2Book,
  balancer: LoadBalancer,
  protocol: ListenerProtocol,
  arns: readonly string[],
): void {
  for (const arn of arns) {
    const group = book.findGroup(arn)
    if (isOfApplications(group) !== (balancer.kind === 'application') || isMuffled(protocol, group.protocol))
      throw new AwsError(
        'IncompatibleProtocols',
        `A listener of protocol '${protocol}' cannot forward to target group '${arn}' of protocol '${group.protocol}'`,
      )
    const user = book.userOf(arn)
    if (user !== undefined && user !== balancer)
      throw new AwsError(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      )
  }
}

/** A TCP listener leaves encryption to the two ends. */
function isMuffled(listener: ListenerProtocol, group: string): boolean {
  return listener === 'TCP' && group === 'TLS'
}

/** A second request for the same listener is answered as the first was; one that differs is refused. */
function refuseOther(present: ListenerRecord, asked: ListenerRecord, balancer: LoadBalancer): void {
  const told = (listener: ListenerRecord): string =>
    JSON.stringify([
      listener.protocol,
      listener.certificate,
      listener.securityPolicy,
      listener.alpnPolicy,
      listener.mutualAuthentication?.Mode ?? 'off',
      defaultRule(listener).actions,
    ])
  if (told(present) !== told(asked)) throw duplicateListener(balancer)
}

function duplicateListener({ arn }: LoadBalancer): AwsError {
  return new AwsError(
    'DuplicateListener',
    `A listener already exists on this port for this load balancer '${arn}'`,
  )
}

function describeListener(listener: ListenerRecord): WireListener {
  const { certificate, securityPolicy, alpnPolicy, mutualAuthentication } = listener
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: balancerOf(listener.arn),
    Port: listener.port,
    Protocol: listener.protocol,
    ...(certificate === undefined ? {} : { Certificates: [{ CertificateArn: certificate }] }),
    ...(securityPolicy === undefined ? {} : { SslPolicy: securityPolicy }),
    DefaultActions: [...defaultRule(listener).actions],
    ...(alpnPolicy === undefined ? {} : { AlpnPolicy: [alpnPolicy] }),
    ...(mutualAuthentication && { MutualAuthentication: mutualAuthentication }),
  }
}
