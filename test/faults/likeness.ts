import type { Account } from '../account.ts'

export type Inventory = Awaited<ReturnType<Account['inventory']>>

/**
 * What belongs to the fleet that serves, without the names and numbers that each copy has for itself: it is alike before
 * and after every deployment.
 */
export function likenessOf(all: Inventory): Readonly<Record<string, unknown>> {
  const group = all.groups.find(({ instances }) => instances.length > 0)
  if (!group) return {}
  const own = <Part extends { readonly AutoScalingGroupName?: string | undefined }>(parts: readonly Part[]) =>
    parts.filter(({ AutoScalingGroupName }) => AutoScalingGroupName === group.name)
  const targets = all.targetGroups.filter(({ TargetGroupArn = '' }) =>
    group.targetGroups.includes(TargetGroupArn),
  )
  const arns = targets.flatMap(({ LoadBalancerArns = [] }) => LoadBalancerArns)
  const names = [group.name, ...group.loadBalancers, ...[...arns, ...group.targetGroups].map(idOf)]
  const parts: Record<string, unknown> = {
    sizes: group.sizes,
    'grace period': group.grace,
    'suspended processes': group.suspended,
    settings: group.settings,
    tags: owners(group.tags),
    'scaling policies': own(all.policies).map(({ Alarms: _, ...policy }) => policy),
    'lifecycle hooks': own(all.hooks),
    'scheduled actions': own(all.scheduled),
    alarms: all.alarms.filter(({ Dimensions = [] }) =>
      Dimensions.some(({ Value = '' }) => names.includes(Value)),
    ),
    'load balancers': [
      ...all.balancers.filter(({ LoadBalancerName }) => group.loadBalancers.includes(LoadBalancerName)),
      ...all.fronts.filter(({ LoadBalancerArn }) => arns.includes(LoadBalancerArn)),
    ].map(({ tags, ...balancer }) => ({ ...balancer, instances: [], tags: owners(tags) })),
    listeners: all.listeners.filter(({ LoadBalancerArn = '' }) => arns.includes(LoadBalancerArn)),
    rules: all.rules.filter(({ RuleArn = '' }) => arns.some((arn) => RuleArn.includes(`/${idOf(arn)}/`))),
    'target groups': targets.map(({ tags, ...target }) => ({ ...target, instances: [], tags: owners(tags) })),
    records: all.records.flat(),
  }
  return Object.fromEntries(Object.entries(parts).map(([what, part]) => [what, anonymous(part)]))
}

/** As metrics and the ARNs of rules name a load balancer or a target group: `app/web/0123456789abcdef`. */
const idOf = (arn: string): string => arn.replace(/^.*:(loadbalancer\/)?/, '')

const owners = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('viridian:')))

const anonymous = (part: unknown): unknown =>
  JSON.parse(
    JSON.stringify(part)
      .replace(/--\d{8}-[a-z0-9-]+|-\d+(?=\.[\w-]+\.elb\.)/g, '')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16}\b/g, 'its own'),
  )
