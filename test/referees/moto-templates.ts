import type { Answer, Ask, Difference } from './moto-differences.ts'

/** What moto does otherwise than AWS with launch templates. */
export const templateDifferences: Readonly<Record<string, Difference>> = {
  'CreateLaunchTemplateVersion twice with one client token': {
    aws: '1 version',
    moto: '2 versions',
    here: 'the gateway gives the first answer again',
  },
  DeleteLaunchTemplateVersions: {
    aws: 'deleted',
    moto: 'HTTP 500',
    here: 'the gateway remembers which were deleted, and asks moto for the others only',
  },
}

type Bridge = (parameters: URLSearchParams, ask: Ask) => ReturnType<Ask>

/** What the gateway answers of launch templates, by operation. */
export function openTemplateBridges(): Readonly<Record<string, Bridge>> {
  const made = new Map<string, Answer>()
  const deleted = new Set<string>()
  const keyOf = (parameters: URLSearchParams, number: string): string =>
    `${parameters.get('LaunchTemplateId')}:${number}`
  return {
    CreateLaunchTemplateVersion: async (parameters, ask) => {
      const token = parameters.get('ClientToken') ?? ''
      const answer = made.get(token) ?? (await ask(parameters))
      if (token !== '' && answer.status < 300) made.set(token, answer)
      return answer
    },
    DeleteLaunchTemplateVersions: async (parameters) => {
      for (const number of versionsIn(parameters)) deleted.add(keyOf(parameters, number))
      return { status: 200, body: deletedAnswer }
    },
    DescribeLaunchTemplateVersions: async (parameters, ask) => {
      const asked = versionsIn(parameters)
      if (asked.some((number) => deleted.has(keyOf(parameters, number)))) return notFound
      const all = new URLSearchParams(
        [...parameters].filter(([name]) => !/^(LaunchTemplateVersion\.|MinVersion)/.test(name)),
      )
      const { body } = await ask(all)
      const numbers = [...body.matchAll(/<versionNumber>(\d+)/g)]
        .map(([, number = '']) => number)
        .filter((number) => !deleted.has(keyOf(parameters, number)))
      const least = Number(parameters.get('MinVersion') ?? 0)
      const left = asked.length > 0 ? asked : numbers.filter((number) => Number(number) >= least)
      for (const [index, number] of left.entries())
        all.set(
          `LaunchTemplateVersion.${index + 1}`,
          number === '$Latest' ? String(Math.max(...numbers.map(Number))) : number,
        )
      return ask(all)
    },
  }
}

const versionsIn = (parameters: URLSearchParams): string[] =>
  [...parameters].filter(([name]) => name.startsWith('LaunchTemplateVersion.')).map(([, version]) => version)

const deletedAnswer = `<DeleteLaunchTemplateVersionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
<requestId>1</requestId><successfullyDeletedLaunchTemplateVersionSet/><unsuccessfullyDeletedLaunchTemplateVersionSet/>
</DeleteLaunchTemplateVersionsResponse>`

const notFound: Answer = {
  status: 400,
  body: `<Response><Errors><Error><Code>InvalidLaunchTemplateId.VersionNotFound</Code>
<Message>Could not find the specified version.</Message></Error></Errors><RequestID>1</RequestID></Response>`,
}
