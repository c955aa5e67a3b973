import { setTimeout as sleep } from 'node:timers/promises'
import type { Route53Client } from '@aws-sdk/client-route-53'
import { sdk } from '../emulator/sdk.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { type FleetClients, zoneIdOf, zoneName } from './live-fleet.ts'

/** Puts the fleet's record in its zone: an alias of its balancer; resolves when the name servers have it. */
export async function nameBalancer({ balancers, names }: FleetClients, fleet: FleetSeed): Promise<void> {
  const { LoadBalancerDescriptions: [balancer] = [] } = await balancers.send(
    new sdk.elb.DescribeLoadBalancersCommand({ LoadBalancerNames: [fleet.loadBalancer] }),
  )
  const HostedZoneId = await zoneFor(names, fleet.record)
  const AliasTarget = {
    DNSName: balancer?.DNSName,
    HostedZoneId: balancer?.CanonicalHostedZoneNameID,
    EvaluateTargetHealth: false,
  }
  const { ChangeInfo } = await names.send(
    new sdk.route53.ChangeResourceRecordSetsCommand({
      HostedZoneId,
      ChangeBatch: {
        Changes: [{ Action: 'UPSERT', ResourceRecordSet: { Name: fleet.record, Type: 'A', AliasTarget } }],
      },
    }),
  )
  while (
    (await names.send(new sdk.route53.GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status !==
    'INSYNC'
  )
    await sleep(100)
}

/** The zone of a record; an earlier start that failed half-way may have made it. */
async function zoneFor(names: Route53Client, record: string): Promise<string | undefined> {
  const Name = zoneName(record)
  const known = await zoneIdOf(names, Name)
  if (known !== undefined) return known
  const zone = new sdk.route53.CreateHostedZoneCommand({ Name, CallerReference: `seed ${record}` })
  return (await names.send(zone)).HostedZone?.Id
}
