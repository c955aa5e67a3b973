import type {
  InstanceRequirements,
  InstancesDistribution,
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling'
import { atMost, oneOf, validationError, within } from '../constraint.ts'

/** By what a group launches instances of several kinds: all of it is said. */
export interface MixedPolicy {
  readonly overrides: readonly LaunchTemplateOverrides[]
  readonly distribution: InstancesDistribution
}

/** A template as a group shows it, once it has been found. */
type Find = (specification: LaunchTemplateSpecification) => LaunchTemplateSpecification

const spotStrategies = [
  'lowest-price',
  'capacity-optimized',
  'capacity-optimized-prioritized',
  'price-capacity-optimized',
]

/**
 * A policy after a request: what it leaves out stays as it was, or is AWS's default.
 *
 * @throws AwsError `ValidationError` for what AWS refuses, and for what this cloud does not count or know
 */
export function readMixedPolicy(
  { LaunchTemplate, InstancesDistribution }: MixedInstancesPolicy,
  before: MixedPolicy | undefined,
  find: Find,
): MixedPolicy {
  const overrides =
    LaunchTemplate?.Overrides?.map((override) => found(override, find)) ?? before?.overrides ?? []
  checkOverrides(overrides)
  return {
    overrides,
    distribution: distributionAfter(InstancesDistribution, before?.distribution, overrides),
  }
}

const found = (
  { LaunchTemplateSpecification: own, ...override }: LaunchTemplateOverrides,
  find: Find,
): LaunchTemplateOverrides => ({ ...override, ...(own && { LaunchTemplateSpecification: find(own) }) })

function checkOverrides(overrides: readonly LaunchTemplateOverrides[]): void {
  atMost(overrides, 'overrides', 40)
  const weights = overrides.flatMap(({ WeightedCapacity }) => WeightedCapacity ?? [])
  for (const weight of weights) within(Number(weight), 'weightedCapacity', 1, 999)
  if (weights.length > 0 && weights.length < overrides.length)
    throw validationError('For all LaunchTemplateOverrides, WeightedCapacity must be specified or none.')
  if (weights.some((weight) => weight !== '1'))
    throw validationError(
      'The local cloud counts instances: give every override the WeightedCapacity 1, or none.',
    )
  for (const { InstanceType, InstanceRequirements } of overrides) {
    if (InstanceType !== undefined && InstanceRequirements !== undefined)
      throw validationError('InstanceType and InstanceRequirements cannot both be specified in one override.')
    if (InstanceRequirements !== undefined && allowedType(InstanceRequirements) === undefined)
      throw validationError(
        'The local cloud does not know what instance types have: name one in AllowedInstanceTypes.',
      )
  }
}

/** The type that an override launches: of those that meet its requirements, the first that it names in full. */
export const typeOf = ({
  InstanceType,
  InstanceRequirements: requirements,
}: LaunchTemplateOverrides): string | undefined => InstanceType ?? (requirements && allowedType(requirements))

const allowedType = ({ AllowedInstanceTypes = [] }: InstanceRequirements): string | undefined =>
  AllowedInstanceTypes.find((type) => !type.includes('*'))

function distributionAfter(
  given: InstancesDistribution = {},
  before: InstancesDistribution | undefined,
  overrides: readonly LaunchTemplateOverrides[],
): InstancesDistribution {
  if (given.DistributionSegments?.length)
    throw validationError('The local cloud has no capacity reservations: leave DistributionSegments out.')
  const byAttributes = overrides.some(({ InstanceRequirements }) => InstanceRequirements !== undefined)
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const said: InstancesDistribution = { ...before, ...asked }
  const {
    OnDemandAllocationStrategy = byAttributes ? 'lowest-price' : 'prioritized',
    OnDemandBaseCapacity = 0,
    OnDemandPercentageAboveBaseCapacity = 100,
    SpotAllocationStrategy = 'lowest-price',
    SpotInstancePools: pools = 2,
    SpotMaxPrice: price,
  } = said
  oneOf(OnDemandAllocationStrategy, 'onDemandAllocationStrategy', ['prioritized', 'lowest-price'])
  oneOf(SpotAllocationStrategy, 'spotAllocationStrategy', spotStrategies)
  within(OnDemandBaseCapacity, 'onDemandBaseCapacity', 0, Number.MAX_SAFE_INTEGER)
  within(OnDemandPercentageAboveBaseCapacity, 'onDemandPercentageAboveBaseCapacity', 0, 100)
  const isCheapest = SpotAllocationStrategy === 'lowest-price'
  if (given.SpotInstancePools !== undefined && !isCheapest)
    throw validationError('SpotInstancePools is only available with the lowest-price allocation strategy.')
  within(pools, 'spotInstancePools', 1, 20)
  if (price && !(Number(price) >= 0.001)) throw validationError(`Invalid Spot maximum price: ${price}`)
  return {
    OnDemandAllocationStrategy,
    OnDemandBaseCapacity,
    OnDemandPercentageAboveBaseCapacity,
    SpotAllocationStrategy,
    ...(isCheapest && { SpotInstancePools: pools }),
    // An empty text takes it away.
    ...(price && { SpotMaxPrice: price }),
  }
}

/** As a group shows it. */
export const describeMixedPolicy = (
  { overrides, distribution }: MixedPolicy,
  template: LaunchTemplateSpecification,
): MixedInstancesPolicy => ({
  LaunchTemplate: { LaunchTemplateSpecification: template, Overrides: [...overrides] },
  InstancesDistribution: distribution,
})
