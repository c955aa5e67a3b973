import type { IncomingHttpHeaders } from 'node:http'

/** A request of an AWS client, as it came over the wire. */
export interface AwsRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** By the signing name of a service, what IAM calls it where that is another. */
const iamNames: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

/** Route 53 speaks in paths. */
const paths: readonly (readonly [RegExp, string])[] = [
  [/^POST \S+\/rrset/, 'ChangeResourceRecordSets'],
  [/^GET \S+\/rrset/, 'ListResourceRecordSets'],
  [/^GET \S+\/hostedzonesbyname/, 'ListHostedZonesByName'],
  [/^GET \S+\/hostedzone\/\w/, 'GetHostedZone'],
  [/^GET \S+\/hostedzone/, 'ListHostedZones'],
  [/^GET \S+\/change\//, 'GetChange'],
  [/^GET \S+\/tags\//, 'ListTagsForResource'],
]

/** What a request asks for, as IAM names it: `ec2:RunInstances`. */
export function operationOf(request: AwsRequest): string {
  const signed =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
  return `${iamNames[signed] ?? signed}:${nameOf(request)}`
}

function nameOf({ method, url, headers, body }: AwsRequest): string {
  const target = /\.(\w+)$/.exec(String(headers['x-amz-target'] ?? ''))?.[1]
  const rpc = /\/operation\/(\w+)$/.exec(url)?.[1]
  const action = new URLSearchParams(body.toString('latin1')).get('Action')
  const path = paths.find(([pattern]) => pattern.test(`${method} ${url}`))?.[1]
  const name = target ?? rpc ?? action ?? path
  if (name === undefined) throw new Error(`what does ${method} ${url} ask for?`)
  return name
}

/** The key of the step that asks, as its User-Agent says. */
export function stepOf({ headers }: AwsRequest): string {
  const step = / viridian\/\S+ \(([^)]*)\)/.exec(headers['user-agent'] ?? '')?.[1]
  return decodeURI(step ?? 'other')
}
