import { groupDifferences, openGroupBridges } from './moto-groups.ts'
import { openTemplateBridges, templateDifferences } from './moto-templates.ts'

/** What moto, or the gateway in its place, answers. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** Its content type; XML, if it is not given. */
  readonly type?: string | undefined
}

/** Sends a Query request to moto itself. */
export type Ask = (parameters: URLSearchParams) => Promise<Answer>

/** What moto does otherwise than AWS, as far as the steps meet it, and what becomes of it here. */
export const differences: Readonly<Record<string, Difference>> = {
  DescribeInstanceRefreshes: {
    aws: 'none, of a group that never had any',
    moto: 'HTTP 500',
    here: 'the gateway answers as AWS does',
  },
  'CreateImage with tags for its snapshots': {
    aws: 'an image',
    moto: 'HTTP 500',
    here: 'the gateway takes them out, and tags the snapshots by a call of their own',
  },
  'DeregisterImage with DeleteAssociatedSnapshots': {
    aws: 'deleted',
    moto: 'left',
    here: 'the undo deletes those that are left, by their tag',
  },
  'DescribeInstanceHealth, not registered': {
    aws: 'OutOfService, with the reason in its description',
    moto: 'Unknown',
    here: 'the gateway answers as AWS does',
  },
  'DescribeInstanceHealth, just registered, serving nothing': {
    aws: 'OutOfService',
    moto: 'InService',
    here: "waiting for health is the local cloud's to show",
  },
  'DescribeLoadBalancers, the zone of a name': {
    aws: 'CanonicalHostedZoneNameID',
    moto: 'none',
    here: 'the gateway adds one',
  },
  'DescribeLoadBalancerPolicies, the type of a cookie': {
    aws: 'LBCookieStickinessPolicyType',
    moto: 'LbCookieStickinessPolicy',
    here: 'its policy is made by CreateLoadBalancerPolicy, which keeps the type',
  },
  'RunInstances twice with one client token': {
    aws: '1 launched',
    moto: '2 launched',
    here: 'the gateway gives the first answer again',
  },
  'DescribeInstances by client token': {
    aws: '1 found',
    moto: 'HTTP 500',
    here: 'the gateway asks by the ids that it has seen launched',
  },
  GetConsoleOutput: {
    aws: 'host keys',
    moto: 'no host keys',
    here: 'instances are launched with trustConsole: false; its step is not taken',
  },
  'AttachInstances beyond max': {
    aws: 'ValidationError',
    moto: 'ResourceContention',
    here: 'max is raised before',
  },
  ...groupDifferences,
  ...templateDifferences,
}

export interface Difference {
  readonly aws: string
  readonly moto: string
  readonly here: string
}

type Bridge = (parameters: URLSearchParams, ask: Ask) => ReturnType<Ask>

/** What the gateway answers by itself, by operation. */
export function openBridges(): Readonly<Record<string, Bridge>> {
  const launches = new Map<string, Answer>()
  return {
    ...openGroupBridges(),
    ...openTemplateBridges(),
    DescribeInstanceRefreshes: async () => ({ status: 200, body: noRefreshes }),
    CreateImage: createImage,
    DescribeInstanceHealth: describeInstanceHealth,
    DescribeLoadBalancers: describeLoadBalancers,
    RunInstances: async (parameters, ask) => {
      const token = parameters.get('ClientToken') ?? ''
      const answer = launches.get(token) ?? (await ask(parameters))
      if (token !== '' && answer.status < 300) launches.set(token, answer)
      return answer
    },
    DescribeInstances: (parameters, ask) => {
      const token = parameters.get('Filter.1.Value.1') ?? ''
      if (parameters.get('Filter.1.Name') !== 'client-token') return ask(parameters)
      const ids = [...(launches.get(token)?.body ?? '').matchAll(/<instanceId>([^<]+)/g)].map(
        ([, id = '']) => id,
      )
      const asked = new URLSearchParams(parameters)
      asked.set('Filter.1.Name', 'instance-id')
      for (const [index, id] of (ids.length > 0 ? ids : ['none']).entries())
        asked.set(`Filter.1.Value.${index + 1}`, id)
      return ask(asked)
    },
  }
}

const noRefreshes = `<DescribeInstanceRefreshesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
<DescribeInstanceRefreshesResult><InstanceRefreshes/></DescribeInstanceRefreshesResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeInstanceRefreshesResponse>`

/** Without the snapshot's tags, and then its tags by a call of their own. */
async function createImage(parameters: URLSearchParams, ask: Ask): ReturnType<Ask> {
  const of = (type: string): string | undefined =>
    [...parameters].find(
      ([name, value]) => /^TagSpecification\.\d+\.ResourceType$/.test(name) && value === type,
    )?.[0]
  const specification = of('snapshot')?.replace(/ResourceType$/, '')
  if (specification === undefined) return ask(parameters)
  const tags = [...parameters].filter(([name]) => name.startsWith(`${specification}Tag.`))
  const rest = [...parameters].filter(([name]) => !name.startsWith(specification))
  const made = await ask(new URLSearchParams(rest))
  const image = /<imageId>([^<]+)/.exec(made.body)?.[1]
  if (image === undefined) return made
  const Version = parameters.get('Version') ?? ''
  const described = await ask(new URLSearchParams({ Action: 'DescribeImages', Version, 'ImageId.1': image }))
  const snapshots = [...described.body.matchAll(/<snapshotId>([^<]+)/g)].map(([, id = '']) => id)
  const resources = snapshots.map((id, index): [string, string] => [`ResourceId.${index + 1}`, id])
  const keys = tags.map(([name, value]): [string, string] => [name.slice(specification.length), value])
  await ask(new URLSearchParams([['Action', 'CreateTags'], ['Version', Version], ...resources, ...keys]))
  return made
}

async function describeLoadBalancers(parameters: URLSearchParams, ask: Ask): ReturnType<Ask> {
  const { status, body } = await ask(parameters)
  const zone = '<CanonicalHostedZoneNameID>Z35SXDOTRQ7X7K</CanonicalHostedZoneNameID>'
  return { status, body: body.replaceAll('<DNSName>', `${zone}<DNSName>`) }
}

async function describeInstanceHealth(parameters: URLSearchParams, ask: Ask): ReturnType<Ask> {
  const { status, body } = await ask(parameters)
  const members = body.replace(
    /<member>(?:(?!<\/member>).)*<State>Unknown<\/State>.*?<\/member>/gs,
    (member) =>
      member
        .replace('<State>Unknown<', '<State>OutOfService<')
        .replace(/<ReasonCode>[^<]*/, '<ReasonCode>Instance')
        .replace(
          /<Description>[^<]*/,
          '<Description>Instance is not currently registered with the LoadBalancer.',
        ),
  )
  return { status, body: members }
}
