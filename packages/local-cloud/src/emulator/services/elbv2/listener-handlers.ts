import type {
  Certificate,
  CreateListenerInput,
  ModifyListenerInput,
  Listener as WireListener,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { forwardedTo, readActions } from './actions.ts'
import { Attributes } from './attributes.ts'
import { invalidMarker } from './balancer-handlers.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import {
  defaultRule,
  type ListenerProtocol,
  type ListenerRecord,
  type LoadBalancer,
} from './load-balancer.ts'
import { balancerOf, listenerArn, ruleArn } from './names.ts'
import { addTags } from './tags.ts'
import { isOfApplications } from './target-group.ts'

/** The operations on listeners. */
export function listenerHandlers(book: Elbv2Book, certificates: Certificates): Elbv2Handlers {
  return {
    async CreateListener(input) {
      const balancer = book.findBalancer(input.LoadBalancerArn)
      const settings = readSettings(input, balancer, certificates)
      const actions = readActions(required(input.DefaultActions, 'defaultActions'), balancer.kind)
      refuseGroups(book, balancer, settings.protocol, forwardedTo(actions))
      const arn = listenerArn(balancer.arn)
      const rule = { arn: ruleArn(arn), priority: 'default', conditions: [], actions, tags: {} } as const
      const asked = { arn, ...settings, rules: [rule], tags: addTags({}, input.Tags ?? []) }
      const { listeners } = await book.change(balancer.arn, (now) =>
        now.listeners.some(({ port }) => port === asked.port) ? {} : { listeners: [...now.listeners, asked] },
      )
      const made = listeners.find(({ port }) => port === asked.port) ?? asked
      refuseOther(made, asked, balancer)
      return { Listeners: [describeListener(made)] }
    },
    DescribeListeners({ LoadBalancerArn, ListenerArns, Marker, PageSize = 400 }) {
      const all =
        LoadBalancerArn === undefined
          ? (ListenerArns ?? []).map((arn) => book.findListener(arn).listener)
          : book.findBalancer(LoadBalancerArn).listeners
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        Listeners: page.items.map(describeListener),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async ModifyListener(input) {
      const { balancer, listener: found } = book.findListener(input.ListenerArn)
      await book.changeListener(found.arn, (listener) => {
        const settings = readSettings(withPresent(input, listener), balancer, certificates)
        const given = input.DefaultActions && readActions(input.DefaultActions, balancer.kind)
        const rules = listener.rules.map((rule) =>
          rule === defaultRule(listener) && given ? { ...rule, actions: given } : rule,
        )
        for (const { actions } of rules) refuseGroups(book, balancer, settings.protocol, forwardedTo(actions))
        if (balancer.listeners.some((other) => other !== listener && other.port === settings.port))
          throw duplicateListener(balancer)
        return {
          arn: listener.arn,
          tags: listener.tags,
          ...settings,
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
    DescribeListenerCertificates(input) {
      const { certificate } = book.findListener(input.ListenerArn).listener
      return {
        Certificates: certificate === undefined ? [] : [{ CertificateArn: certificate, IsDefault: true }],
      }
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

type Settings = Pick<ListenerRecord, 'port' | 'protocol' | 'certificate' | 'securityPolicy'>

type SettingsInput = Pick<CreateListenerInput, 'Port' | 'Protocol' | 'Certificates' | 'SslPolicy'> &
  Pick<ModifyListenerInput, 'AlpnPolicy' | 'MutualAuthentication'>

const protocols = { application: ['HTTP', 'HTTPS'], network: ['TCP', 'TLS'] } as const

function readSettings(input: SettingsInput, { kind }: LoadBalancer, certificates: Certificates): Settings {
  const protocol = readProtocol(required(input.Protocol, 'protocol'), kind)
  const port = within(required(input.Port, 'port'), 'port', 1, 65_535)
  const { MutualAuthentication: mutual, AlpnPolicy: alpn = [] } = input
  if ((mutual !== undefined && mutual.Mode !== 'off') || alpn.some((policy) => policy !== 'None'))
    throw validationError(
      'The local cloud has no mutual authentication and no ALPN policies: leave them out.',
    )
  const secure = protocol === 'HTTPS' || protocol === 'TLS'
  const certificate = readCertificate(input.Certificates ?? [], protocol, secure, certificates)
  if (!secure && input.SslPolicy !== undefined)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `A security policy cannot be specified for ${protocol} listeners`,
    )
  return {
    port,
    protocol,
    ...(certificate !== undefined && {
      certificate,
      securityPolicy: readPolicy(input.SslPolicy ?? 'ELBSecurityPolicy-2016-08'),
    }),
  }
}

function readProtocol(protocol: string, kind: LoadBalancer['kind']): ListenerProtocol {
  const found = protocols[kind].find((each) => each === protocol)
  if (found !== undefined) return found
  if (kind === 'network' && /UDP|QUIC/.test(protocol))
    throw validationError(`The local cloud has no ${protocol} listeners: it has TCP and TLS.`)
  throw validationError(`Listener protocol '${protocol}' must be one of '${protocols[kind].join(', ')}'`)
}

function readCertificate(
  given: readonly Certificate[],
  protocol: ListenerProtocol,
  secure: boolean,
  certificates: Certificates,
): string | undefined {
  const [first, second] = given
  if (secure && first === undefined)
    throw validationError(`A certificate must be specified for ${protocol} listeners`)
  if (!secure && first !== undefined)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `A certificate cannot be specified for ${protocol} listeners`,
    )
  if (second !== undefined)
    throw new AwsError('TooManyCertificates', 'Only one certificate can be specified for a listener')
  const arn = first?.CertificateArn
  if (arn !== undefined && certificates.find(arn) === undefined)
    throw new AwsError('CertificateNotFound', `Certificate '${arn}' not found`)
  return arn
}

function readPolicy(name: string): string {
  if (!/^ELBSecurityPolicy-[\w-]+$/.test(name))
    throw new AwsError('SSLPolicyNotFound', `SSL policy '${name}' not found`)
  return name
}

/** What a request leaves out stays; a listener that is not encrypted any more has no certificate. */
function withPresent(input: ModifyListenerInput, listener: ListenerRecord): SettingsInput {
  const Protocol = input.Protocol ?? listener.protocol
  const secure = Protocol === 'HTTPS' || Protocol === 'TLS'
  const { certificate, securityPolicy } = listener
  const kept = secure
    ? {
        ...(certificate !== undefined && { Certificates: [{ CertificateArn: certificate }] }),
        ...(securityPolicy !== undefined && { SslPolicy: securityPolicy }),
      }
    : {}
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  return { Port: listener.port, ...kept, ...Object.fromEntries(given), Protocol }
}

/** A second request for the same listener is answered as the first was; one that differs is refused. */
function refuseOther(present: ListenerRecord, asked: ListenerRecord, balancer: LoadBalancer): void {
  const told = (listener: ListenerRecord): string =>
    JSON.stringify([
      listener.protocol,
      listener.certificate,
      listener.securityPolicy,
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
  const { certificate, securityPolicy } = listener
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: balancerOf(listener.arn),
    Port: listener.port,
    Protocol: listener.protocol,
    ...(certificate === undefined ? {} : { Certificates: [{ CertificateArn: certificate }] }),
    ...(securityPolicy === undefined ? {} : { SslPolicy: securityPolicy }),
    DefaultActions: [...defaultRule(listener).actions],
  }
}
