import { type Check, type CheckContext, type Finding, formatDuration } from '@viridian/core'
import { type Caller, type Credentials, callerOf, credentialsOf, regionOf } from './caller.ts'

const group = 'AWS account'
const minutes = 60_000
/** A deployment may take as long. */
const soon = 30 * minutes
/** Seconds that a clock may be off. */
const tolerance = 5

/**
 * What `tasks doctor` looks at of the account that plugins' calls go to. Every AWS plugin lists them, and they are done once.
 *
 * @example
 * ```ts
 * export const queues = (): Plugin => ({ name: 'aws-sqs', module: '@example/aws-sqs', settings: {}, checks: accountChecks })
 * ```
 */
export const accountChecks: readonly Check[] = [
  {
    name: 'aws/region',
    group,
    title: 'the region',
    run: async (c) => ({ verdict: 'ok', says: `region ${await regionOf(c)}` }),
  },
  {
    name: 'aws/credentials',
    group,
    title: 'the credentials',
    run: async (c) => credentialsFinding(await credentialsOf(c), Date.now(), process.env),
  },
  { name: 'aws/caller', group, title: 'the account', run: async (c) => callerFindings(c) },
]

async function callerFindings(c: CheckContext): Promise<Finding[]> {
  const known = await Promise.allSettled([regionOf(c), credentialsOf(c)])
  // That has been told.
  if (known.some(({ status }) => status === 'rejected')) return []
  const caller = await callerOf(c)
  return [
    { verdict: 'ok', says: `account ${caller.account} as ${caller.arn}` },
    ...endpointFindings(caller.endpoint, c.isRehearsal, process.env),
    ...clockFindings(caller),
  ]
}

/** Where the SDK has found them, in the words of whoever has put them there. */
const sources: readonly (readonly [name: RegExp, says: (profile: string) => string])[] = [
  [/WEB_ID/, () => 'a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)'],
  [/SSO|LOGIN/, (profile) => `a sign-in of profile "${profile}"`],
  [/PROCESS/, (profile) => `the credential_process of profile "${profile}"`],
  [/ENV_VARS/, () => 'AWS_ACCESS_KEY_ID'],
  [/PROFILE/, (profile) => `profile "${profile}"`],
  [/HTTP/, () => 'the container'],
  [/IMDS/, () => 'the instance profile'],
]

type Environment = Readonly<Record<string, string | undefined>>

export function credentialsFinding(found: Credentials, now: number, env: Environment): Finding {
  const profile = env.AWS_PROFILE ?? 'default'
  const source = sources.find(([name]) => found.sources.some((each) => name.test(each)))
  const says = `credentials from ${source?.[1](profile) ?? 'the SDK'}`
  if (found.expiration === undefined) return { verdict: 'ok', says }
  const left = found.expiration.getTime() - now
  const hint = `sign in again before it matters: aws sso login${env.AWS_PROFILE ? ` --profile ${profile}` : ''}`
  if (left <= 0) return { verdict: 'problem', says: `${says} have expired`, hint }
  const within = `${says}, good for ${formatDuration(Math.floor(left / minutes) * minutes)}`
  return left < soon ? { verdict: 'warning', says: within, hint } : { verdict: 'ok', says: within }
}

export function endpointFindings(endpoint: string, isRehearsal: boolean, env: Environment): Finding[] {
  const single = Object.keys(env).filter((name) => name.startsWith('AWS_ENDPOINT_URL_'))
  const isAws = /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname)
  if (isRehearsal || (isAws && single.length === 0)) return [{ verdict: 'ok', says: endpoint }]
  const names = [...(isAws ? [] : ['AWS_ENDPOINT_URL']), ...single]
  const says = isAws
    ? `calls of some services do not go to AWS itself, by ${single.join(', ')}`
    : `calls go to ${endpoint}, which is not AWS itself`
  return [{ verdict: 'warning', says, hint: `if that is not meant: unset ${names.join(' ')}` }]
}

export function clockFindings({ clockAhead }: Pick<Caller, 'clockAhead'>): Finding[] {
  if (clockAhead === undefined || Math.abs(clockAhead) <= tolerance) return []
  const off = `${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead of' : 'behind'}`
  return [
    {
      verdict: 'warning',
      says: `this machine's clock is ${off} AWS's, which refuses what is five minutes off`,
      hint: 'see who keeps the time: timedatectl, or chronyc tracking',
    },
  ]
}
