import type { Rule as WireRule } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { forwardedTo, readActions } from './actions.ts'
import { invalidMarker } from './balancer-handlers.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import { readConditions } from './conditions.ts'
import { refuseGroups } from './listener-handlers.ts'
import type { ListenerRecord, LoadBalancer, RuleRecord } from './load-balancer.ts'
import { balancerOf, ruleArn } from './names.ts'
import { addTags } from './tags.ts'
import { readTransforms } from './transforms.ts'

/** AWS's quota, with the default rule. */
const most = 101

/** The operations on the rules of listeners. */
export function ruleHandlers(book: Elbv2Book): Elbv2Handlers {
  /** Changes the rules of a listener as they are when its turn has come. */
  const change = (
    listener: string,
    changed: (rules: readonly RuleRecord[]) => readonly RuleRecord[],
  ): Promise<void> =>
    book.changeListener(listener, (now) => {
      const rules = changed(now.rules)
      refuseTaken(rules)
      if (rules.length > most)
        throw new AwsError('TooManyRules', `A listener cannot have more than ${most} rules`)
      const { balancer } = book.findListener(listener)
      for (const { actions } of rules) refuseGroups(book, balancer, now.protocol, forwardedTo(actions))
      return { ...now, rules: inOrder(rules) }
    })
  return {
    async CreateRule(input) {
      const { balancer, listener } = book.findListener(input.ListenerArn)
      if (balancer.kind === 'network')
        throw new AwsError(
          'InvalidConfigurationRequest',
          'Rules cannot be created for a Network Load Balancer',
        )
      const actions = readActions(required(input.Actions, 'actions'), {
        kind: balancer.kind,
        protocol: listener.protocol,
      })
      const rule: RuleRecord = {
        arn: ruleArn(listener.arn),
        priority: within(required(input.Priority, 'priority'), 'priority', 1, 50_000),
        conditions: readConditions(required(input.Conditions, 'conditions')),
        actions,
        transforms: readTransforms(input.Transforms ?? []),
        tags: addTags({}, input.Tags ?? []),
      }
      await change(listener.arn, (rules) => [...rules, rule])
      return { Rules: [describeRule(rule)] }
    },
    DescribeRules({ ListenerArn, RuleArns, Marker, PageSize = 400 }) {
      if (ListenerArn !== undefined && RuleArns !== undefined)
        throw validationError('Listener rule ARNs and a listener ARN cannot be specified at the same time')
      if (ListenerArn === undefined && RuleArns === undefined)
        throw validationError('You must specify either listener rule ARNs or a listener ARN')
      const all =
        RuleArns?.map((arn) => findRule(book, arn).rule) ?? book.findListener(ListenerArn).listener.rules
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        Rules: page.items.map(describeRule),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async ModifyRule(input) {
      const { balancer, listener, rule } = findRule(book, input.RuleArn)
      const actions =
        input.Actions &&
        readActions(input.Actions, {
          kind: balancer.kind,
          protocol: listener.protocol,
          present: rule.actions,
        })
      if (input.Conditions !== undefined) refuseDefault(rule, 'modified')
      if (input.ResetTransforms && input.Transforms !== undefined)
        throw validationError('Transforms cannot be specified when they are to be reset')
      if (Object.keys(input).length < 2)
        throw validationError('Either conditions or actions must be specified')
      const patch = {
        ...(actions && { actions }),
        ...(input.Conditions && { conditions: readConditions(input.Conditions) }),
        ...(input.Transforms && { transforms: readTransforms(input.Transforms) }),
        ...(input.ResetTransforms && { transforms: [] }),
      }
      await change(listener.arn, (rules) =>
        rules.map((each) => (each.arn === rule.arn ? { ...each, ...patch } : each)),
      )
      return { Rules: [describeRule(findRule(book, rule.arn).rule)] }
    },
    async DeleteRule(input) {
      const { listener, rule } = findRule(book, input.RuleArn)
      refuseDefault(rule, 'deleted')
      await change(listener.arn, (rules) => rules.filter(({ arn }) => arn !== rule.arn))
      return {}
    },
    async SetRulePriorities(input) {
      const asked = required(input.RulePriorities, 'rulePriorities').map(({ RuleArn, Priority }) => ({
        ...findRule(book, RuleArn),
        priority: within(required(Priority, 'priority'), 'priority', 1, 50_000),
      }))
      const [first] = asked
      if (first === undefined) throw validationError('At least one rule priority must be specified')
      if (asked.some(({ listener }) => listener !== first.listener))
        throw validationError('All rules must belong to the same listener')
      for (const { rule } of asked) refuseDefault(rule, 'modified')
      await change(first.listener.arn, (rules) =>
        rules.map((rule) => {
          const priority = asked.find((each) => each.rule.arn === rule.arn)?.priority
          return priority === undefined ? rule : { ...rule, priority }
        }),
      )
      const arns = asked.map(({ rule }) => rule.arn)
      return { Rules: arns.map((arn) => describeRule(findRule(book, arn).rule)) }
    },
  }
}

interface FoundRule {
  readonly balancer: LoadBalancer
  readonly listener: ListenerRecord
  readonly rule: RuleRecord
}

function findRule(book: Elbv2Book, arn = ''): FoundRule {
  if (!arn.includes(':listener-rule/')) throw validationError(`'${arn}' is not a valid listener rule ARN`)
  const balancer = book.balancer(balancerOf(arn))
  for (const listener of balancer?.listeners ?? []) {
    const rule = listener.rules.find((each) => each.arn === arn)
    if (balancer !== undefined && rule !== undefined) return { balancer, listener, rule }
  }
  throw new AwsError('RuleNotFound', `One or more rules not found: '${arn}'`)
}

function refuseTaken(rules: readonly RuleRecord[]): void {
  const twice = rules.find(({ priority }, index) =>
    rules.slice(index + 1).some((other) => other.priority === priority),
  )
  if (twice !== undefined)
    throw new AwsError('PriorityInUse', `Priority '${twice.priority}' is currently in use`)
}

function refuseDefault(rule: RuleRecord, what: 'modified' | 'deleted'): void {
  if (rule.priority === 'default')
    throw new AwsError('OperationNotPermitted', `Default rule '${rule.arn}' cannot be ${what}`)
}

function inOrder(rules: readonly RuleRecord[]): RuleRecord[] {
  const place = ({ priority }: RuleRecord): number =>
    priority === 'default' ? Number.POSITIVE_INFINITY : priority
  return [...rules].sort((one, other) => (place(one) < place(other) ? -1 : 1))
}

function describeRule(rule: RuleRecord): WireRule {
  return {
    RuleArn: rule.arn,
    Priority: `${rule.priority}`,
    Conditions: [...rule.conditions],
    Actions: [...rule.actions],
    Transforms: [...(rule.transforms ?? [])],
    IsDefault: rule.priority === 'default',
  }
}
