import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { scaledClock } from '../../clock.ts'
import { serve } from '../../server.ts'
import { stsService } from './sts-service.ts'

test('the caller is the one user of the account', async () => {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
  const services = [stsService({ account: '123456789012' })]
  const server = await serve({ services, credentials, region: 'eu-west-1', clock: scaledClock(0) })
  const client = new STSClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials })
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '123456789012',
    Arn: 'arn:aws:iam::123456789012:user/local',
  })
  await server.close()
})
