import { setTimeout as sleep } from 'node:timers/promises'
import type { Route53Client } from '@aws-sdk/client-route-53'
import { sdk } from '../emulator/sdk.ts'
import type { Front } from './fronts/front.ts'
import { zoneIdOf, zoneName } from './live-fleet.ts'

/** Puts a record in its zone, as an alias of a balancer; resolves when the name servers have it. */
export async function nameBalancer(
  names: Route53Client,
  record: string,
  { dnsName, hostedZoneId }: Front,
): Promise<void> {
  const HostedZoneId = await zoneFor(names, record)
  const AliasTarget = { DNSName: dnsName, HostedZoneId: hostedZoneId, EvaluateTargetHealth: false }
  const { ChangeInfo } = await names.send(
    new sdk.route53.ChangeResourceRecordSetsCommand({
      HostedZoneId,
      ChangeBatch: {
        Changes: [{ Action: 'UPSERT', ResourceRecordSet: { Name: record, Type: 'A', AliasTarget } }],
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
