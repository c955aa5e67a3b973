import { Resolver } from 'node:dns/promises'
import type { CloudStatus } from '../project.ts'

/** The versions that answer at a name and port of the cloud, asked for so many times. */
export async function versionsAt(
  cloud: CloudStatus,
  name: string,
  port: number,
  times: number,
): Promise<string[]> {
  const resolver = new Resolver()
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  const [address] = await resolver.resolve4(name)
  const versions = await Promise.all(
    Array.from({ length: times }, async () => {
      const response = await fetch(`http://${address}:${port}/`)
      const body: { version: string } = JSON.parse(await response.text())
      return body.version
    }),
  )
  return [...new Set(versions)]
}
