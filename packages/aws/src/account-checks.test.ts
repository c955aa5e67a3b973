import { describe, expect, it } from 'vitest'
import { clockFindings, credentialsFinding, endpointFindings } from './account-checks.ts'
import { aheadOf } from './caller.ts'

const now = Date.parse('2026-01-01T12:00:00Z')
const known = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }
const until = (time: string, sources = ['CREDENTIALS_PROFILE_SSO', 'CREDENTIALS_SSO']) => ({
  ...known,
  sources,
  expiration: new Date(`2026-01-01T${time}:00Z`),
})

describe('credentials', () => {
  it.each([
    [['CREDENTIALS_ENV_VARS'], 'AWS_ACCESS_KEY_ID'],
    [['CREDENTIALS_PROFILE'], 'profile "staging"'],
    [['CREDENTIALS_PROFILE_SSO', 'CREDENTIALS_SSO'], 'a sign-in of profile "staging"'],
    [['CREDENTIALS_PROFILE_PROCESS', 'CREDENTIALS_PROCESS'], 'the credential_process of profile "staging"'],
    [
      ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN', 'CREDENTIALS_STS_ASSUME_ROLE_WEB_ID'],
      'a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
    ],
    [['CREDENTIALS_IMDS'], 'the instance profile'],
    [['CREDENTIALS_CODE'], 'the SDK'],
  ])('of %j are from where a person has put them', (sources, says) => {
    expect(credentialsFinding({ ...known, sources }, now, { AWS_PROFILE: 'staging' })).toEqual({
      verdict: 'ok',
      says: `credentials from ${says}`,
    })
  })

  it('that end soon, or have ended, are to be renewed first', () => {
    const env = { AWS_PROFILE: 'staging' }
    expect(credentialsFinding(until('13:00'), now, env)).toMatchObject({
      verdict: 'ok',
      says: expect.stringMatching('good for 1h'),
    })
    expect(credentialsFinding(until('12:12'), now, env)).toMatchObject({
      verdict: 'warning',
      hint: expect.stringMatching('aws sso login --profile staging'),
    })
    expect(credentialsFinding(until('11:59'), now, env)).toMatchObject({
      verdict: 'problem',
      says: expect.stringMatching('have expired'),
    })
  })
})

describe('the endpoint', () => {
  const aws = 'https://sts.eu-west-1.amazonaws.com'

  it.each([aws, 'https://sts.cn-north-1.amazonaws.com.cn', 'https://sts.eu-west-1.api.aws'])(
    '%s is AWS',
    (endpoint) => {
      expect(endpointFindings(endpoint, false, {})).toEqual([{ verdict: 'ok', says: endpoint }])
    },
  )

  it('of something else is a matter of rehearsals', () => {
    const local = 'http://127.0.0.1:4566'
    expect(endpointFindings(local, true, {})).toEqual([{ verdict: 'ok', says: local }])
    expect(endpointFindings(local, false, {})).toMatchObject([
      { verdict: 'warning', hint: expect.stringMatching('unset AWS_ENDPOINT_URL$') },
    ])
    expect(endpointFindings('https://amazonaws.com.example.net', false, {})).toMatchObject([
      { verdict: 'warning' },
    ])
  })

  it('may be that of one service alone', () => {
    expect(endpointFindings(aws, false, { AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:4566' })).toMatchObject([
      {
        verdict: 'warning',
        says: expect.stringMatching('AWS_ENDPOINT_URL_EC2'),
        hint: expect.stringMatching('unset AWS_ENDPOINT_URL_EC2$'),
      },
    ])
  })
})

describe('the clock', () => {
  it('is compared with a time that is told in whole seconds', () => {
    expect(aheadOf(now, now - 400, now + 900)).toBe(0)
    expect(aheadOf(now, now + 60_000, now + 60_200)).toBe(59)
    expect(aheadOf(now, now - 60_200, now - 60_000)).toBe(-60)
    expect(aheadOf(Number.NaN, now, now)).toBeUndefined()
  })

  it('may be a little off', () => {
    for (const clockAhead of [undefined, -5, 0, 5]) expect(clockFindings({ clockAhead })).toEqual([])
    expect(clockFindings({ clockAhead: -301 })).toMatchObject([
      { verdict: 'warning', says: expect.stringMatching("301 s behind AWS's") },
    ])
  })
})
