import type {
  FixedResponseActionConfig,
  ForwardActionConfig,
  RedirectActionConfig,
  TargetGroupTuple,
  Action as WireAction,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Action, WeightedGroup } from '../../hardware/rules.ts'
import { AwsError } from '../../service.ts'
import { oneOf, required, validationError, within } from '../constraint.ts'
import { authentications, readAuthentication } from './authentication.ts'
import type { ListenerProtocol, ListenerRecord } from './load-balancer.ts'

const ends = ['forward', 'redirect', 'fixed-response'] as const
const kinds = [...ends, ...authentications] as const

/** What an action depends on beside itself. */
export interface ActionPlace {
  readonly kind: 'application' | 'network'
  readonly protocol: ListenerProtocol
  /** The actions that are replaced. */
  readonly present?: readonly WireAction[]
}

/** Reads the actions of a rule from a request: the last one says what becomes of what comes. */
export function readActions(wire: readonly WireAction[], place: ActionPlace): WireAction[] {
  const read = wire.map((each) => readAction(each, place)).sort(byOrder)
  const last = read.at(-1)
  if (last === undefined) throw validationError('An action must be specified')
  if (read.length > 1 && wire.some(({ Order }) => Order === undefined))
    throw validationError('An action order must be specified for each of several actions')
  if (new Set(read.map(({ Order }) => Order)).size < read.length)
    throw validationError('The order of each action must be unique')
  const ending = read.filter(isEnd)
  if (ending.length > 1 || read.length > 2)
    throw new AwsError(
      'TooManyActions',
      'Only one forward, redirect or fixed-response action may be specified',
    )
  if (!isEnd(last))
    throw new AwsError(
      'InvalidLoadBalancerAction',
      'The last action must be a forward, redirect or fixed-response one',
    )
  return read
}

function readAction(wire: WireAction, { kind, protocol, present = [] }: ActionPlace): WireAction {
  const type = oneOf(required(wire.Type, 'type'), 'type', kinds)
  if (kind === 'network' && type !== 'forward')
    throw new AwsError(
      'InvalidLoadBalancerAction',
      `A Network Load Balancer has forward actions only, and no ${type} one.`,
    )
  const order = wire.Order === undefined ? {} : { Order: within(wire.Order, 'order', 1, 50_000) }
  switch (type) {
    case 'redirect':
      return {
        Type: type,
        ...order,
        RedirectConfig: readRedirect(required(wire.RedirectConfig, 'redirectConfig')),
      }
    case 'fixed-response':
      return {
        Type: type,
        ...order,
        FixedResponseConfig: readFixed(required(wire.FixedResponseConfig, 'fixedResponseConfig')),
      }
    case 'forward': {
      const ForwardConfig = readForward(wire)
      const [first, second] = ForwardConfig.TargetGroups ?? []
      const single = second === undefined ? { TargetGroupArn: first?.TargetGroupArn } : {}
      return { Type: type, ...order, ...single, ForwardConfig }
    }
    default:
      if (protocol !== 'HTTPS')
        throw new AwsError(
          'InvalidLoadBalancerAction',
          `Actions of type '${type}' are supported only on HTTPS listeners`,
        )
      return { ...readAuthentication(wire, type, present), ...order }
  }
}

function isEnd({ Type }: WireAction): boolean {
  return ends.some((end) => end === Type)
}

function byOrder(one: WireAction, other: WireAction): number {
  return (one.Order ?? 0) - (other.Order ?? 0)
}

function readForward({ TargetGroupArn, ForwardConfig }: WireAction): ForwardActionConfig {
  const given = ForwardConfig?.TargetGroups ?? (TargetGroupArn === undefined ? [] : [{ TargetGroupArn }])
  if (given.length === 0 || given.length > 5)
    throw validationError('A forward action must have one to five target groups')
  if (TargetGroupArn !== undefined && given.some((group) => group.TargetGroupArn !== TargetGroupArn))
    throw validationError('TargetGroupArn and ForwardConfig must name the same target group')
  const arns = given.map((group) => group.TargetGroupArn)
  if (new Set(arns).size < arns.length) throw validationError('A target group is specified more than once')
  const { Enabled = false, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {}
  return {
    TargetGroups: given.map(({ TargetGroupArn: arn, Weight = 1 }: TargetGroupTuple) => ({
      TargetGroupArn: required(arn, 'targetGroupArn'),
      Weight: within(Weight, 'weight', 0, 999),
    })),
    TargetGroupStickinessConfig: {
      Enabled,
      ...(Enabled && {
        DurationSeconds: within(required(DurationSeconds, 'durationSeconds'), 'durationSeconds', 1, 604_800),
      }),
    },
  }
}

function readRedirect(wire: RedirectActionConfig): RedirectActionConfig {
  const redirect = {
    Protocol: '#{protocol}',
    Port: '#{port}',
    Host: '#{host}',
    Path: '/#{path}',
    Query: '#{query}',
    ...Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined)),
    StatusCode: oneOf(required(wire.StatusCode, 'statusCode'), 'statusCode', ['HTTP_301', 'HTTP_302']),
  }
  const { Protocol, Port, Host, Path } = redirect
  if (!/^(HTTPS?|#\{protocol\})$/.test(Protocol))
    throw validationError(`The redirect protocol '${Protocol}' is not valid`)
  if (!/^(\d{1,5}|#\{port\})$/.test(Port)) throw validationError(`The redirect port '${Port}' is not valid`)
  if (!Path.startsWith('/')) throw validationError(`The redirect path '${Path}' must begin with '/'`)
  const loops = Protocol === '#{protocol}' && Port === '#{port}' && Host === '#{host}' && Path === '/#{path}'
  if (loops)
    throw new AwsError(
      'InvalidLoadBalancerAction',
      'The redirect must differ from the request in its protocol, port, host or path',
    )
  return redirect
}

function readFixed(wire: FixedResponseActionConfig): FixedResponseActionConfig {
  const StatusCode = required(wire.StatusCode, 'statusCode')
  if (!/^[245]\d\d$/.test(StatusCode))
    throw validationError(`The fixed response status code '${StatusCode}' must be 2XX, 4XX or 5XX`)
  if ((wire.MessageBody ?? '').length > 1024)
    throw validationError('The message of a fixed response cannot be longer than 1024 characters')
  return { ...wire, StatusCode }
}

/** The target groups that actions lead to. */
export function forwardedTo(actions: readonly WireAction[]): string[] {
  return actions.flatMap(({ ForwardConfig }) =>
    (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = '' }) => TargetGroupArn),
  )
}

/** The target groups that listeners lead to, each once. */
export function groupsOf(listeners: readonly ListenerRecord[]): string[] {
  const all = listeners.flatMap(({ rules }) => rules.flatMap(({ actions }) => forwardedTo(actions)))
  return [...new Set(all)]
}

/** What the proxy is told of a rule's actions: it takes everybody for who may come. */
export function actionOf(
  actions: readonly WireAction[],
  weighted: (arn: string, weight: number) => WeightedGroup,
): Action {
  const { ForwardConfig, RedirectConfig, FixedResponseConfig } = actions.find(isEnd) ?? {}
  if (RedirectConfig !== undefined) {
    const { StatusCode, Protocol = '', Host = '', Port = '', Path = '', Query = '' } = RedirectConfig
    const status = StatusCode === 'HTTP_301' ? 301 : 302
    return { kind: 'redirect', status, protocol: Protocol, host: Host, port: Port, path: Path, query: Query }
  }
  if (FixedResponseConfig !== undefined) {
    const { StatusCode, ContentType: type, MessageBody: body } = FixedResponseConfig
    return {
      kind: 'answer',
      status: Number(StatusCode),
      ...(type !== undefined && { type }),
      ...(body !== undefined && { body }),
    }
  }
  const { TargetGroups = [], TargetGroupStickinessConfig: stays } = ForwardConfig ?? {}
  return {
    kind: 'forward',
    groups: TargetGroups.map(({ TargetGroupArn = '', Weight = 1 }) => weighted(TargetGroupArn, Weight)),
    ...(stays?.Enabled && stays.DurationSeconds !== undefined && { sticky: stays.DurationSeconds }),
  }
}
