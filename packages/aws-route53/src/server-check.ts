import { serversOfEnvironment } from '@viridian/aws'
import { type Check, type CheckContext, type Finding, isViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { route53Api } from './api.ts'
import { plainName } from './domain-name.ts'
import { type NameServer, nameServers } from './name-servers.ts'

/** So many zones are asked about: who has many, has one network to all of their servers. */
const most = 5

const Page = z.object({
  HostedZones: z.array(
    z.object({
      Id: z.string(),
      Name: z.string(),
      Config: z.object({ PrivateZone: z.boolean().optional() }).optional(),
    }),
  ),
})

const Described = z.object({ DelegationSet: z.object({ NameServers: z.array(z.string()) }).optional() })

/**
 * Whether the name servers answer from here by which a switch is seen: those that are given, or those of the account's
 * public zones (`route53:ListHostedZones`, `route53:GetHostedZone`).
 */
export const serverCheck = (given: readonly string[]): Check => ({
  name: 'aws-route53/name-servers',
  group: 'Route 53',
  title: 'the name servers',
  run: async (c) => {
    try {
      return await serversFrom(c, given)
    } catch (error) {
      // That is told of the account already.
      if (isViridianError(error) && /^E_AWS_(?:REGION|CREDENTIALS)$/.test(error.code)) return []
      throw error
    }
  },
})

async function serversFrom(c: CheckContext, given: readonly string[]): Promise<Finding | readonly Finding[]> {
  await c.environment()
  const named = serversOfEnvironment().length > 0 || given.length > 0
  if (named) return findingOf('the name servers', '.', (await nameServers(c, given, [])).ofZone, 'problem')
  const { HostedZones } = await route53Api(c, 'ListHostedZones', {}, Page)
  const open = HostedZones.filter(({ Config }) => Config?.PrivateZone !== true).slice(0, most)
  if (open.length > 0) return Promise.all(open.map((zone) => zoneFinding(c, zone)))
  return {
    verdict: 'warning',
    says: 'this account has no public hosted zone',
    hint: 'see that AWS_PROFILE is of the account that has the zone',
  }
}

async function zoneFinding(c: CheckContext, { Id, Name }: { Id: string; Name: string }): Promise<Finding> {
  const { DelegationSet } = await route53Api(c, 'GetHostedZone', { Id }, Described)
  const { ofZone } = await nameServers(c, [], DelegationSet?.NameServers ?? [])
  // Which zone a run is about, only the run knows.
  return findingOf(`the name servers of ${plainName(Name)}`, Name, ofZone, 'warning')
}

async function findingOf(
  what: string,
  name: string,
  servers: readonly NameServer[],
  verdict: 'warning' | 'problem',
): Promise<Finding> {
  const silent = (
    await Promise.all(servers.map(async (server) => ((await answers(server, name)) ? [] : [server.name])))
  ).flat()
  if (silent.length === 0) return { verdict: 'ok', says: `${what} answer` }
  return {
    verdict,
    says: `of ${what}, no answer from ${silent.join(', ')}: a switch could not be seen from here`,
    hint: "see that UDP port 53 is let out, or say whom to ask: route53({ nameServers: ['10.0.0.2'] })",
  }
}

/** A refusal is an answer too. */
async function answers(server: NameServer, name: string): Promise<boolean> {
  try {
    await server.ask(name, 'A')
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && !/^(ETIMEOUT|ECONNREFUSED)$/.test(String(error.code))
  }
}
