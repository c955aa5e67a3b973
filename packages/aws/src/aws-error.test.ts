import { afterEach, describe, expect, it, vi } from 'vitest'
import { awsError } from './aws-error.ts'

const call = 'ec2:RunInstances'
const thrown = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more })
const answered = (name: string, status: number, message = 'no', requestId: string | undefined = 'r-1') =>
  thrown(name, message, { $metadata: { httpStatusCode: status, attempts: 1, requestId } })

afterEach(() => vi.unstubAllEnvs())

describe('an error of the SDK', () => {
  it.each([
    [answered('ExpiredToken', 403), 'E_AWS_CREDENTIALS', /sign in again/],
    [answered('InvalidClientTokenId', 403), 'E_AWS_CREDENTIALS', /AWS_PROFILE/],
    [answered('RequestTimeTooSkewed', 403), 'E_AWS_SIGNATURE', /clock/],
    [answered('SignatureDoesNotMatch', 403), 'E_AWS_SIGNATURE', /secret access key/],
    [answered('UnauthorizedOperation', 403), 'E_AWS_DENIED', /allow ec2:RunInstances/],
    [answered('Throttling', 400), 'E_AWS_THROTTLED', /wait a while/],
    [answered('RequestLimitExceeded', 503), 'E_AWS_THROTTLED', /who else asks/],
    [answered('VcpuLimitExceeded', 400), 'E_AWS_LIMIT', /Service Quotas/],
    [answered('Unknown', 502, 'Unknown', ''), 'E_AWS_UNAVAILABLE', /looked up/],
    [thrown('Error', 'Region is missing'), 'E_AWS_REGION', /AWS_REGION/],
    [thrown('Error', 'Region not accepted: region=""'), 'E_AWS_REGION', /AWS_REGION/],
    [thrown('TypeError', 'Invalid URL', { code: 'ERR_INVALID_URL' }), 'E_AWS_ENDPOINT', /AWS_ENDPOINT_URL/],
    [thrown('Error', 'connect', { code: 'ECONNREFUSED' }), 'E_AWS_UNREACHABLE', /AWS_ENDPOINT_URL/],
  ])('%s becomes %s', (error, code, hint) => {
    expect(awsError(call, error)).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      message: expect.stringContaining(call),
      place: { call },
      cause: error,
    })
  })

  it('is a foreign answer when no request id came with it', () => {
    const page = thrown('Unknown', 'Unknown', { $metadata: { httpStatusCode: 502, attempts: 8 } })
    expect(awsError(call, page)).toMatchObject({
      code: 'E_AWS_ANSWER',
      message: expect.stringContaining('what answered is not AWS (502'),
    })
  })

  it('about credentials names the profile that was asked for', () => {
    vi.stubEnv('AWS_PROFILE', 'staging')
    const error = awsError(call, thrown('CredentialsProviderError', 'Could not load credentials'))
    expect(error.message).toContain('the profile "staging" gives no credentials')
    expect(error.hint).toContain('aws sso login --profile staging')
  })

  it('about a region names it', () => {
    vi.stubEnv('AWS_REGION', 'over there')
    expect(awsError(call, thrown('Error', 'Region not accepted: region="over there"')).message).toContain(
      '"over there" is no region',
    )
  })
})
