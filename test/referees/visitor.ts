import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { json } from 'node:stream/consumers'
import { TLSSocket } from 'node:tls'
import type { CloudStatus } from '../project.ts'

interface Body {
  readonly version: string
}

/** The versions that answer at a name and port of the cloud, asked for so many times. */
export async function versionsAt(
  cloud: CloudStatus,
  name: string,
  port: number,
  times: number,
): Promise<string[]> {
  const visits = await Promise.all(Array.from({ length: times }, () => visit(cloud, name, port)))
  return [...new Set(visits.map(({ version }) => version))]
}

/** The version that answers at a name and port of the cloud, and the cookies that it sets. */
export async function visit(cloud: CloudStatus, name: string, port: number) {
  const response = await fetch(`http://${await addressOf(cloud, name)}:${port}/`)
  const { version }: Body = JSON.parse(await response.text())
  return { version, cookies: response.headers.getSetCookie() }
}

/** The version that answers by HTTPS, and the name in the certificate that is shown. */
export async function secureVisit(cloud: CloudStatus, name: string, port: number) {
  const host = await addressOf(cloud, name)
  const request = get({ host, port, servername: name, rejectUnauthorized: false, agent: false })
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (!response || !(response.socket instanceof TLSSocket)) throw new Error(`${name}:${port} speaks no TLS`)
  const certified = response.socket.getPeerCertificate().subject.CN
  const { version } = (await json(response)) as Body
  return { version, certified }
}

async function addressOf({ dns }: CloudStatus, name: string): Promise<string> {
  const resolver = new Resolver()
  resolver.setServers([`${dns.address}:${dns.port}`])
  const [address] = await resolver.resolve4(name)
  if (address === undefined) throw new Error(`${name} leads nowhere`)
  return address
}
