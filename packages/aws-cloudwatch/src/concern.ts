import type { Dimension, MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { balancerLabel, type Counterparts, labelThing } from '@viridian/aws'

/** A fleet, as alarms name it. */
export interface Scope {
  readonly groups: readonly string[]
  /** Classic load balancers by name; those of version 2, and target groups, by ARN. */
  readonly balancers: readonly string[]
  /** Scaling policies by ARN, besides those whose ARN names one of the groups. */
  readonly policies: readonly string[]
}

/** The dimension that names a group, and those that name a classic load balancer, one of version 2, and a target group. */
const named: ReadonlyMap<string | undefined, 'groups' | 'balancers'> = new Map([
  ['AutoScalingGroupName', 'groups'],
  ['LoadBalancerName', 'balancers'],
  ['LoadBalancer', 'balancers'],
  ['TargetGroup', 'balancers'],
])

/** True for an alarm that a target tracking policy keeps for itself: it comes and goes with it. */
export const isOfTargetTracking = ({ AlarmName = '' }: MetricAlarm): boolean =>
  AlarmName.startsWith('TargetTracking-')

/** An alarm's actions, whatever state they are of. */
export const actionsOf = (alarm: MetricAlarm): string[] => [
  ...(alarm.OKActions ?? []),
  ...(alarm.AlarmActions ?? []),
  ...(alarm.InsufficientDataActions ?? []),
]

/** The group of a scaling policy, as its ARN tells it; undefined for any other ARN. */
export const groupOfPolicy = (arn: string): string | undefined =>
  /:autoScalingGroupName\/([^:]+):policyName\//.exec(arn)?.[1]

/**
 * How an alarm concerns a fleet: `only` when all groups, balancers and policies that it names are the fleet's, `also`
 * when others are among them, `not` when it names none of it.
 */
export function concernOf(alarm: MetricAlarm, scope: Scope): 'only' | 'also' | 'not' {
  const names = { groups: scope.groups, balancers: scope.balancers.map(balancerLabel) }
  const belongings = [
    ...dimensionsOf(alarm).flatMap(({ Name, Value = '' }) => {
      const kind = named.get(Name)
      return kind === undefined ? [] : [names[kind].includes(Value)]
    }),
    ...actionsOf(alarm).flatMap((arn) => {
      const group = groupOfPolicy(arn)
      if (scope.policies.includes(arn)) return [true]
      return group === undefined ? [] : [scope.groups.includes(group)]
    }),
  ]
  if (!belongings.includes(true)) return 'not'
  return belongings.includes(false) ? 'also' : 'only'
}

/** The groups and balancers that an alarm watches, or acts on by a scaling policy, as steps name them. */
export function subjectsOf(alarm: MetricAlarm): string[] {
  const watched = dimensionsOf(alarm).flatMap(({ Name, Value = '' }) => {
    const kind = named.get(Name)
    if (kind === undefined) return []
    return [kind === 'groups' ? `group/${Value}` : labelThing(Value)]
  })
  const acted = actionsOf(alarm).flatMap((arn) => groupOfPolicy(arn) ?? [])
  return [...watched, ...acted.map((name) => `group/${name}`)]
}

/** Groups, and balancers by name or ARN, as steps name them. */
export const fleetThings = ({ groups, balancers }: Pick<Scope, 'groups' | 'balancers'>): string[] => [
  ...groups.map((name) => `group/${name}`),
  ...balancers.map((key) => labelThing(balancerLabel(key))),
]

/** What alarms are to those that they speak of, as steps touch it: users there may need them. */
export const alarmThings = (subjects: readonly string[]): string[] =>
  subjects.map((thing) => `${thing}#alarms`)

/** The dimensions of an alarm's metric, or of all the metrics of its expression. */
const dimensionsOf = ({ Dimensions = [], Metrics = [] }: MetricAlarm): Dimension[] => [
  ...Dimensions,
  ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric?.Dimensions ?? []),
]

/** Dimensions that name the counterparts of what they named. */
export function rewrittenDimensions(
  dimensions: readonly Dimension[],
  { groups, balancers }: Pick<Counterparts, 'groups' | 'balancers'>,
): Dimension[] {
  const labels = Object.entries(balancers).map(([from, to]) => [balancerLabel(from), balancerLabel(to)])
  const names = { groups, balancers: Object.fromEntries(labels) }
  return dimensions.map(({ Name, Value }) => {
    const kind = named.get(Name)
    return { Name, Value: (kind && names[kind][Value ?? '']) ?? Value }
  })
}

/**
 * Where an alarm names a group or balancer of the fleet in the text of a query, which a copy cannot rewrite; undefined
 * when it does not. Names stand in quotes there; the ids of metrics don't.
 */
export function namingText(alarm: MetricAlarm, { groups, balancers }: Scope): string | undefined {
  const query = alarm.EvaluationCriteria?.PromQLCriteria?.Query
  const texts = [...(alarm.Metrics ?? []).map(({ Expression = '' }) => Expression), query ?? '']
  const names = [...groups, ...balancers.map(balancerLabel)].map(
    (name) => new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`),
  )
  return texts.find((text) =>
    (text.match(/'[^']*'|"[^"]*"/g) ?? []).some((quoted) => names.some((name) => name.test(quoted))),
  )
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A fleet as people know it: a group and a balancer of one name are said once. */
export const fleetText = (groups: readonly string[], balancers: readonly string[]): string =>
  [...new Set([...groups, ...balancers.map(nameOf)])].join(', ')

const nameOf = (key: string): string => labelThing(balancerLabel(key)).replace(/^[^/]+\//, '')
