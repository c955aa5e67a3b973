import { Resolver } from 'node:dns/promises'
import { sdk } from '../emulator/sdk.ts'
import type { CloudAccess } from './access.ts'
import { clientSettings } from './client-settings.ts'
import type { FleetSeed } from './fleet-seed.ts'

/** What a person wants to log in to or to call: the running instances, and the service's address. */
export async function landscapeOf(access: CloudAccess, fleet: FleetSeed | undefined): Promise<string[]> {
  return [...(await loginsOf(access)), ...(fleet ? await callOf(access, fleet) : [])]
}

async function loginsOf(access: CloudAccess): Promise<string[]> {
  const { ssh } = access
  const client = new sdk.ec2.EC2Client(clientSettings(access))
  try {
    const Filters = [{ Name: 'instance-state-name', Values: ['running'] }]
    const { Reservations = [] } = await client.send(new sdk.ec2.DescribeInstancesCommand({ Filters }))
    return Reservations.flatMap(({ Instances = [] }) => Instances).map(
      ({ InstanceId, PrivateIpAddress }) =>
        `  ${InstanceId}  ssh -i ${ssh.identityFile} -p ${ssh.port} ${ssh.user}@${PrivateIpAddress}`,
    )
  } finally {
    client.destroy()
  }
}

async function callOf({ dns }: CloudAccess, { record, port }: FleetSeed): Promise<string[]> {
  const resolver = new Resolver()
  resolver.setServers([`${dns.address}:${dns.port}`])
  // A fleet that was taken down has no name any more.
  const [address] = await resolver.resolve4(record).catch((): string[] => [])
  if (address === undefined) return []
  return [`  ${record}  curl --resolve ${record}:${port}:${address} http://${record}:${port}/`]
}
