import { autoScalingApi, boundTo, describeTargetGroups, type Fleet, pinTag } from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Group, isAside, isHealthy, isInService, type Member, memberText, readGroup } from './group.ts'
import { retirementOf } from './retired/retired-tags.ts'
import { heldBy } from './see-held.ts'

const Refreshes = z.object({ InstanceRefreshes: z.array(z.object({ Status: z.string() })) })
const underWay = new Set(['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'])

/** Why the group cannot be replaced now: a reason, and what to do about it. */
interface Refusal {
  readonly reason: string
  readonly hint: string
}

/**
 * Reads whether a group may be replaced now: settled, healthy, nobody else at work on it. A read and not a check: it is
 * about the moment before the run's own changes, also for a run that is resumed.
 *
 * @throws ViridianError `E_LOCKED` when a run holds it; `E_GROUP_NOT_READY` with every reason
 */
export const readReadiness = defineRead({
  name: 'aws-autoscaling/read-readiness',
  version: 4,
  input: z.strictObject({
    group: z.string(),
    ids: z.array(z.string()),
    /** How many instances will be attached: none where the group itself is not to launch anything new. */
    room: z.int(),
    /** The run's own pin, once the group is held still. */
    pin: z.string().exactOptional(),
  }),
  output: z.null(),
  calls: [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeInstanceRefreshes',
    'elasticloadbalancing:DescribeTargetGroups',
  ],
  title: ({ group, pin }) =>
    pin === undefined
      ? `see that ${group} can be replaced`
      : `see that ${group} is still as it was described`,
  run: async ({ group: name, ids, room, pin: own }, c) => {
    const group = await readGroup(c, name)
    const pin = group.Tags.find(({ Key }) => Key === pinTag)?.Value
    if (pin !== undefined && pin !== own) throw heldBy(name, pin)
    const refusals = [
      ...refusalsOf(group, ids),
      ...(room > 0 ? [...warmPoolRefusals(group), ...launchRefusals(group)] : []),
      ...(await refreshRefusals(c, name)),
      ...(await unusedRefusals(c, group)),
    ]
    if (refusals.length === 0) return null
    const reasons = refusals.map(({ reason }) => reason).join('; ')
    throw new ViridianError('E_GROUP_NOT_READY', `${name} cannot be replaced now: ${reasons}`, {
      hint: refusals.map(({ hint }) => hint).join('; '),
    })
  },
})

/** The input of {@link readReadiness} for a described fleet. */
export const readinessOf = (
  { name, instances }: Fleet,
  room: number,
): { group: string; ids: string[]; room: number } => ({
  group: name,
  ids: instances.map(({ id }) => id),
  room,
})

function refusalsOf(group: Group, ids: readonly string[]): Refusal[] {
  const { DesiredCapacity: desired, Instances: members, HealthCheckType, HealthCheckGracePeriod } = group
  const refusals: Refusal[] = []
  const refuse = (reason: string, hint: string): unknown => refusals.push({ reason, hint })
  if (group.Status) refuse(`its status is "${group.Status}"`, 'it is being deleted')
  const retirement = retirementOf(group.Tags)
  if (retirement) refuse('a replica has taken its place', `deploy to ${retirement.successor}`)
  else if (desired === 0) refuse('it wants no instances', 'raise its desired capacity first')
  const aside = members.filter(isAside)
  if (aside.length > 0)
    refuse(
      textOf(aside),
      'take it back (aws autoscaling exit-standby), or terminate it: it neither serves nor is it replaced',
    )
  const counted = members.filter((member) => !isAside(member))
  const off = counted.filter((member) => !isInService(member) || !isHealthy(member))
  if (off.length > 0) refuse(textOf(off), 'wait until every instance is in service and healthy')
  if (counted.length !== desired)
    refuse(`it has ${counted.length} instances and wants ${desired}`, 'wait until it has settled')
  if (members.length !== ids.length || members.some(({ InstanceId }) => !ids.includes(InstanceId)))
    refuse('its instances have changed since it was described', 'run the task again')
  if (HealthCheckType.includes('ELB') && HealthCheckGracePeriod === 0)
    refuse(
      'its load balancer health checks have no grace period: a new instance would be replaced at once',
      'set HealthCheckGracePeriod to the time that an instance takes to come into service',
    )
  if (group.SuspendedProcesses.some(({ ProcessName }) => ProcessName === 'AddToLoadBalancer'))
    refuse('AddToLoadBalancer is suspended: what is attached would never get traffic', 'resume it')
  const { others } = boundTo(group)
  if (others.length > 0)
    refuse(
      `it is bound to ${others.join(', ')}`,
      'this version works with classic load balancers, and target groups of Application and Network Load Balancers',
    )
  return refusals
}

/** A target is never healthy that no load balancer asks: waited for, it would end in a timeout. */
async function unusedRefusals(c: StepContext, group: Group): Promise<Refusal[]> {
  const targetGroups = await describeTargetGroups(c, boundTo(group).targetGroups)
  return targetGroups
    .filter(({ LoadBalancerArns }) => LoadBalancerArns.length === 0)
    .map(({ TargetGroupName: name }) => ({
      reason: `no load balancer uses its target group ${name}`,
      hint: `let a listener forward to ${name} (aws elbv2 create-listener), or detach it from the group (aws autoscaling detach-load-balancer-target-groups)`,
    }))
}

const warmPoolRefusals = ({ WarmPoolConfiguration }: Group): Refusal[] =>
  WarmPoolConfiguration === undefined
    ? []
    : [
        {
          reason: 'it has a warm pool: whom it takes from there would serve the old release',
          hint: 'delete the pool (aws autoscaling delete-warm-pool), and put it back when the deployment is done',
        },
      ]

const launchRefusals = ({ SuspendedProcesses }: Group): Refusal[] =>
  SuspendedProcesses.some(({ ProcessName }) => ProcessName === 'Launch')
    ? [
        {
          reason:
            'Launch is suspended: until it is resumed, AWS attaches nothing and takes nobody back from standby',
          hint: 'resume it (aws autoscaling resume-processes --scaling-processes Launch)',
        },
      ]
    : []

const textOf = (members: readonly Member[]): string =>
  members.map((member) => memberText(member.InstanceId, member)).join(', ')

async function refreshRefusals(c: StepContext, group: string): Promise<Refusal[]> {
  const input = { AutoScalingGroupName: group, MaxRecords: 1 }
  const { InstanceRefreshes } = await autoScalingApi(c, 'DescribeInstanceRefreshes', input, Refreshes)
  const active = InstanceRefreshes.find(({ Status }) => underWay.has(Status))
  if (!active) return []
  return [{ reason: `an instance refresh is ${active.Status}`, hint: 'wait for it, or cancel it' }]
}
