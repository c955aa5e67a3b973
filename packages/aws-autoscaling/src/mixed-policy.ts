import type { LaunchTemplateSpecification, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling'
import { ViridianError } from '@viridian/core'
import type { Group } from './group.ts'

type Overrides = NonNullable<NonNullable<Group['MixedInstancesPolicy']>['LaunchTemplate']>['Overrides']

/**
 * Refuses a group whose mixed instances policy is more than several kinds of instances from one launch template: one image
 * takes the place of one image, and one instance that of one instance.
 *
 * @throws ViridianError `E_MIXED_INSTANCES_UNSUPPORTED` with every reason
 */
export function refuseUnlike({
  AutoScalingGroupName: name,
  MixedInstancesPolicy: policy,
  DesiredCapacityType: unit = 'units',
}: Group): void {
  const { Overrides = [] } = policy?.LaunchTemplate ?? {}
  const { DistributionSegments = [] } = policy?.InstancesDistribution ?? {}
  const refusals = [
    ...imageRefusals(Overrides),
    ...capacityRefusals(Overrides, unit),
    ...(DistributionSegments.length > 0 ? [reserved] : []),
  ]
  if (refusals.length === 0) return
  const reasons = refusals.map(({ reason }) => reason).join('; ')
  throw new ViridianError(
    'E_MIXED_INSTANCES_UNSUPPORTED',
    `the mixed instances policy of ${name} ${reasons}`,
    {
      hint: refusals.map(({ hint }) => hint).join('; '),
      place: { call: 'autoscaling:DescribeAutoScalingGroups' },
    },
  )
}

interface Refusal {
  readonly reason: string
  readonly hint: string
}

const reserved: Refusal = {
  reason:
    'takes instances from capacity reservations by distribution segments: what is launched like them would not',
  hint: 'let it distribute by OnDemandBaseCapacity and OnDemandPercentageAboveBaseCapacity',
}

function imageRefusals(overrides: Overrides): Refusal[] {
  const apart = overrides.filter(
    ({ LaunchTemplateSpecification, ImageId }) => LaunchTemplateSpecification ?? ImageId,
  )
  if (apart.length === 0) return []
  const types = apart.map(({ InstanceType = 'some instances' }) => InstanceType).join(', ')
  return [
    {
      reason: `launches ${types} from a launch template or an image of its own: one new image cannot be for all of them`,
      hint: 'give those a group of their own, which is deployed to by itself',
    },
  ]
}

function capacityRefusals(overrides: Overrides, unit: string): Refusal[] {
  const weights = overrides.flatMap(({ InstanceType = '', WeightedCapacity: weight = '1' }) =>
    weight === '1' ? [] : [`${InstanceType} for ${weight}`],
  )
  if (weights.length === 0 && unit === 'units') return []
  const counted = unit === 'units' ? `counts ${weights.join(', ')}` : `counts ${unit}`
  return [
    {
      reason: `${counted}, so that its sizes are no numbers of instances`,
      hint: 'take the weights away and set the desired capacity type to units, with min, max and desired as numbers of instances',
    },
  ]
}

/**
 * A mixed instances policy as a request says it: what AWS describes, from this template and version. It says all of it, so
 * that nothing depends on what AWS keeps of what is left out.
 */
export const policyFrom = (
  { LaunchTemplate, InstancesDistribution }: MixedInstancesPolicy,
  source: LaunchTemplateSpecification | undefined,
): MixedInstancesPolicy => ({
  LaunchTemplate: {
    LaunchTemplateSpecification: source && templateOf(source),
    Overrides: LaunchTemplate?.Overrides?.map(({ LaunchTemplateSpecification: own, ...override }) => ({
      ...override,
      ...(own && { LaunchTemplateSpecification: templateOf(own) }),
    })),
  },
  InstancesDistribution,
})

/** AWS describes a template by id and name, and takes one of them. */
export const templateOf = ({
  LaunchTemplateId,
  Version,
}: LaunchTemplateSpecification): LaunchTemplateSpecification => ({ LaunchTemplateId, Version })
