import { balancerName, type Fleet, type InstanceKind, sourceName } from '@viridian/aws'

/** What a fleet is made of, for people: its sizes, what it launches, and its instances, a line each. */
export function fleetLines({
  name,
  desired,
  min,
  max,
  launch,
  instances,
  loadBalancers,
}: Fleet): readonly string[] {
  const balancers = loadBalancers.map(balancerName)
  const behind = balancers.length > 0 ? ` behind ${balancers.join(', ')}` : ''
  return [
    `${name}${behind}: ${desired} wanted (${min} to ${max}), launched from ${sourceName(launch.source)} with ${launch.image}`,
    ...instances.map(
      ({ id, zone, kind, lifecycle, health }) =>
        `${id}  ${zone}  ${kindText(kind)}${lifecycle}, ${health.toLowerCase()}`,
    ),
  ]
}

const kindText = (kind: InstanceKind | undefined): string =>
  kind === undefined ? '' : `${kind.type}${kind.spot ? ' Spot' : ''}  `
