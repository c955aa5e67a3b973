import { afterEach, expect, it, vi } from 'vitest'
import { callerOf, credentialsOf } from './caller.ts'
import { answering } from './testing/answering.ts'
import { testContext } from './testing/step-context.ts'

afterEach(() => vi.unstubAllEnvs())

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`

async function askedOf(status: number, body: string, date: Date) {
  const endpoint = await answering((_, response) => {
    response.writeHead(status, { date: date.toUTCString(), 'content-type': 'text/xml' }).end(body)
  })
  const { AWS_ENDPOINT_URL: url = '' } = endpoint.env
  for (const [name, value] of Object.entries({ ...endpoint.env, AWS_PROFILE: undefined }))
    vi.stubEnv(name, value)
  const c = testContext()
  const close = async () => {
    await c.close()
    await endpoint.close()
  }
  return { c, url, close }
}

it('says who calls, where the call went, and how far the clock is off', async () => {
  const { c, url, close } = await askedOf(200, identity, new Date(Date.now() - 3_600_000))
  const caller = await callerOf(c)
  expect(caller).toMatchObject({
    account: '123456789012',
    arn: 'arn:aws:iam::123456789012:user/ada',
    endpoint: url,
  })
  expect(caller.clockAhead).toBeGreaterThan(3_590)
  expect(await credentialsOf(c)).toMatchObject({
    secretAccessKey: 'secret',
    sources: ['CREDENTIALS_ENV_VARS'],
  })
  await close()
})

it('tells a refusal as any call does', async () => {
  const refusal = `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>no such key</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`
  const { c, close } = await askedOf(403, refusal, new Date())
  await expect(callerOf(c)).rejects.toMatchObject({
    code: 'E_AWS_CREDENTIALS',
    place: { call: 'sts:GetCallerIdentity' },
  })
  await close()
})
