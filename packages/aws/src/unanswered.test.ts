import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { expect, test } from 'vitest'
import { awsError } from './aws-error.ts'
import { answering } from './testing/answering.ts'
import { testContext } from './testing/step-context.ts'
import { tellingOfSilence } from './unanswered.ts'

test('a call that is never answered says so, and is given up after three attempts', async () => {
  let calls = 0
  const server = await answering(() => {
    calls += 1
  })
  const c = testContext()
  const timeoutMs = 200
  const client = new AutoScalingClient({
    ...{ endpoint: server.env.AWS_ENDPOINT_URL ?? '', region: 'eu-west-1', maxAttempts: 8 },
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    requestHandler: { requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  })
  const command = new DescribeAutoScalingGroupsCommand({})
  const call = 'autoscaling:DescribeAutoScalingGroups'
  const silence = tellingOfSilence(c, { call, timeoutMs })
  command.middlewareStack.add((next) => silence(next), { step: 'finalizeRequest', name: 'silence' })
  const error = await client.send(command).catch((thrown: unknown) => awsError(call, thrown))
  expect(error).toMatchObject({
    code: 'E_AWS_UNAVAILABLE',
    message: `${call}: NoAnswer: in 3 attempts of 0.2 s`,
  })
  expect(calls).toBe(3)
  expect(c.events.map(({ text }) => text)).toEqual([
    [`! ${call} has not been answered for 0.2 s: trying again, 2 of 3`],
    [`! ${call} has not been answered for 0.2 s: trying again, 3 of 3`],
  ])
  client.destroy()
  await server.close()
}, 20_000)
