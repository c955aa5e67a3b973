import {
  balancerKey,
  balancerName,
  balancersOf,
  balancerThing,
  type Fleet,
  type Front,
  frontsOf,
} from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import { balancerDnsName } from './domain-name.ts'
import type { FoundRecord } from './found-record.ts'

/** A switch from one fleet to its replica. */
export interface FleetSwitch {
  /** The fleet that the name leads to, at the size that the way back has to have. */
  readonly blue: Fleet
  /** The fleet that it is to lead to, with the balancers that it is behind. */
  readonly green: Fleet
  /** Which of green's balancers takes the place of which of blue's: by name, or by ARN. */
  readonly balancers: Readonly<Record<string, string>>
}

/** Between which balancers a name is switched, and what it relies on then. */
export interface SwitchEnds {
  readonly from?: Front
  readonly to: Front
  readonly capacity: number
  readonly touches: readonly string[]
}

/**
 * The ends of a switch between fleets: the balancer of blue that the name leads to, and the one of green that takes its
 * place. Where there is no record yet, the first one of green. Green and blue's capacity are what the way back relies on.
 *
 * @throws ViridianError `E_BALANCER_UNMATCHED`
 */
export function endsOf({ name, target }: FoundRecord, { blue, green, balancers }: FleetSwitch): SwitchEnds {
  const before = frontsOf(blue.loadBalancers)
  const from = target && before.find((front) => leadsTo(front, target.dnsName))
  const to = frontsOf(green.loadBalancers).find((front) =>
    from ? balancerKey(front) === balancers[balancerKey(from)] : true,
  )
  if (!to || (target && !from))
    throw new ViridianError(
      'E_BALANCER_UNMATCHED',
      `nothing of ${green.name} takes the place where ${name} leads`,
      {
        hint: `${name} leads to ${target?.dnsName ?? 'nowhere'}; ${blue.name} is behind ${before.map(balancerName).join(', ') || 'no balancer'}`,
      },
    )
  const behind = [to, ...balancersOf(to)].map(balancerThing)
  const things = [`group/${green.name}`, ...new Set(behind)]
  return {
    ...(from && { from }),
    to,
    capacity: blue.desired,
    touches: [...things, `group/${blue.name}#capacity`],
  }
}

const leadsTo = (front: Front, dnsName: string): boolean =>
  balancerDnsName(front.dnsName) === balancerDnsName(dnsName)
