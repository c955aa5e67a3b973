import type { Ask, Difference } from './moto-differences.ts'

/** What moto does otherwise than AWS with what belongs to a group. */
export const groupDifferences: Readonly<Record<string, Difference>> = {
  'DescribeLoadBalancers, the zone of its name': {
    aws: 'a zone',
    moto: 'no zone',
    here: 'the gateway adds one',
  },
  'CreateAutoScalingGroup with a lifecycle hook': {
    aws: '1 hook',
    moto: '0 hooks',
    here: 'the gateway puts them by calls of their own',
  },
  'UpdateAutoScalingGroup that says nothing of a mixed instances policy': {
    aws: 'stays',
    moto: 'gone',
    here: 'the gateway says the policy again that was said last',
  },
  'PutScalingPolicy of one name for two groups': {
    aws: '2 policies',
    moto: '1 policies',
    here: 'the gateway puts the name of the group before that of the policy, and takes it away in answers',
  },
  'PutScheduledUpdateGroupAction of one name for two groups': {
    aws: '2 actions',
    moto: '1 actions',
    here: 'as with policies',
  },
  PutNotificationConfiguration: {
    aws: 'put',
    moto: 'HTTP 500',
    here: 'the gateway remembers them',
  },
  'DescribeScalingActivities of a group that has launched': {
    aws: '1 activities',
    moto: '0 activities',
    here: "failing launches are the local cloud's to show",
  },
}

type Bridge = (parameters: URLSearchParams, ask: Ask) => ReturnType<Ask>

/** What the gateway answers of groups, by operation. */
export function openGroupBridges(): Readonly<Record<string, Bridge>> {
  const told: Record<'group' | 'topic' | 'type', string>[] = []
  const policies = new Map<string, readonly [string, string][]>()
  const withPolicy = (parameters: URLSearchParams): URLSearchParams => {
    const group = parameters.get('AutoScalingGroupName') ?? ''
    const said = [...parameters].filter(([key]) => key.startsWith('MixedInstancesPolicy.'))
    if (said.length > 0) policies.set(group, said)
    else for (const [key, value] of policies.get(group) ?? []) parameters.append(key, value)
    return parameters
  }
  return {
    DescribeLoadBalancers: async (parameters, ask) => {
      const { body, ...answer } = await ask(parameters)
      const zone = '<CanonicalHostedZoneNameID>Z1</CanonicalHostedZoneNameID>'
      return { ...answer, body: body.replaceAll('</DNSName>', `</DNSName>${zone}`) }
    },
    CreateAutoScalingGroup: (parameters, ask) => createGroup(withPolicy(parameters), ask),
    UpdateAutoScalingGroup: (parameters, ask) => ask(withPolicy(parameters)),
    PutScalingPolicy: named('PolicyName'),
    DeletePolicy: named('PolicyName'),
    DescribePolicies: named('PolicyName'),
    PutScheduledUpdateGroupAction: named('ScheduledActionName'),
    BatchPutScheduledUpdateGroupAction: named('ScheduledActionName'),
    BatchDeleteScheduledAction: named('ScheduledActionName'),
    DescribeScheduledActions: named('ScheduledActionName'),
    PutNotificationConfiguration: async (parameters) => {
      const [group = '', topic = ''] = ['AutoScalingGroupName', 'TopicARN'].map(
        (name) => parameters.get(name) ?? '',
      )
      for (const type of valuesOf(parameters, /^NotificationTypes\./)) told.push({ group, topic, type })
      return answerOf('PutNotificationConfiguration', '')
    },
    DescribeNotificationConfigurations: async (parameters) => {
      const groups = valuesOf(parameters, /^AutoScalingGroupNames\./)
      const members = told
        .filter(({ group }) => groups.includes(group))
        .map(
          ({ group, topic, type }) =>
            `<member><AutoScalingGroupName>${group}</AutoScalingGroupName><TopicARN>${topic}</TopicARN><NotificationType>${type}</NotificationType></member>`,
        )
      const configurations = `<NotificationConfigurations>${members.join('')}</NotificationConfigurations>`
      return answerOf('DescribeNotificationConfigurations', configurations)
    },
  }
}

const valuesOf = (parameters: URLSearchParams, name: RegExp): string[] =>
  [...parameters].filter(([key]) => name.test(key)).map(([, value]) => value)

const answerOf = async (operation: string, result: string) => ({
  status: 200,
  body: `<${operation}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${operation}Result>${result}</${operation}Result>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${operation}Response>`,
})

/** With the name of the group before that of a thing which moto knows by its name alone. */
const named =
  (member: string): Bridge =>
  async (parameters, ask) => {
    const group = `${parameters.get('AutoScalingGroupName')}/`
    const isName = new RegExp(`(^|\\.)${member}(s\\.member\\.\\d+)?$`)
    const asked = [...parameters].map(([key, value]): [string, string] => [
      key,
      isName.test(key) ? `${group}${value}` : value,
    ])
    const { body, ...answer } = await ask(new URLSearchParams(asked))
    return { ...answer, body: body.replaceAll(`<${member}>${group}`, `<${member}>`) }
  }

/** Without its hooks, and then each of them. */
async function createGroup(parameters: URLSearchParams, ask: Ask): ReturnType<Ask> {
  const list = 'LifecycleHookSpecificationList.member.'
  const [hooks, rest] = [true, false].map((wanted) =>
    [...parameters].filter(([key]) => key.startsWith(list) === wanted),
  )
  const made = await ask(new URLSearchParams(rest))
  const numbers = new Set(hooks?.map(([key]) => key.slice(list.length).split('.')[0]))
  for (const number of numbers) {
    const prefix = `${list}${number}.`
    const hook = hooks?.filter(([key]) => key.startsWith(prefix)) ?? []
    await ask(
      new URLSearchParams([
        ['Action', 'PutLifecycleHook'],
        ['Version', parameters.get('Version') ?? ''],
        ['AutoScalingGroupName', parameters.get('AutoScalingGroupName') ?? ''],
        ...hook.map(([key, value]): [string, string] => [key.slice(prefix.length), value]),
      ]),
    )
  }
  return made
}
