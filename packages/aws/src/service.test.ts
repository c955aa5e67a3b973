import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from '@viridian/core/zod'
import { afterEach, expect, test } from 'vitest'
import { autoScalingApi } from './auto-scaling.ts'
import { awsCode, isClearRefusal } from './aws-error.ts'
import { answering, queryAnswer, queryError } from './testing/answering.ts'
import { type TestContext, testContext } from './testing/step-context.ts'

const opened: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function contextAt(listener: RequestListener, signal?: AbortSignal): Promise<TestContext> {
  const server = await answering(listener)
  const c = testContext({ env: server.env, ...(signal && { signal }) })
  opened.push(server.close, c.close)
  return c
}

const always =
  (
    status: number,
    body: string,
    headers: Record<string, string> = { 'x-amzn-requestid': 'r-1' },
  ): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/xml', ...headers }).end(body)
  }

const Groups = z.object({ AutoScalingGroups: z.array(z.object({ MinSize: z.int() })) })
const describe = (c: TestContext) => autoScalingApi(c, 'DescribeAutoScalingGroups', {}, Groups)
const suspend = (c: TestContext) =>
  autoScalingApi(c, 'SuspendProcesses', { AutoScalingGroupName: 'web' }, z.unknown())

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )
}

test('a call gives the part of the answer that is used, and is metered', async () => {
  const groups = '<AutoScalingGroups><member><MinSize>3</MinSize></member></AutoScalingGroups>'
  const c = await contextAt(always(200, queryAnswer('DescribeAutoScalingGroups', groups)))
  expect(await describe(c)).toEqual({ AutoScalingGroups: [{ MinSize: 3 }] })
  expect(c.events).toMatchObject([
    {
      kind: 'aws.call',
      data: { service: 'autoscaling', operation: 'DescribeAutoScalingGroups', attempts: 1, requestId: 'r-1' },
    },
  ])
})

test('a missing member is an error that names the call', async () => {
  const groups = '<AutoScalingGroups><member><MaxSize>3</MaxSize></member></AutoScalingGroups>'
  const c = await contextAt(always(200, queryAnswer('DescribeAutoScalingGroups', groups)))
  await expect(describe(c)).rejects.toMatchObject({
    code: 'E_AWS_ANSWER',
    message: expect.stringContaining(
      'autoscaling:DescribeAutoScalingGroups: the answer lacks AutoScalingGroups[0].MinSize',
    ),
    place: { call: 'autoscaling:DescribeAutoScalingGroups', requestId: 'r-1' },
  })
})

test.each([
  [200, 'AutoScalingGroups'],
  [404, 'what answered is not AWS'],
])('an HTML page with status %i is not an answer', async (status, says) => {
  const c = await contextAt(always(status, '<html><body>Welcome</body></html>', {}))
  await expect(describe(c)).rejects.toMatchObject({
    code: 'E_AWS_ANSWER',
    message: expect.stringContaining(says),
    hint: expect.stringContaining('AWS_ENDPOINT_URL'),
  })
})

test("AWS's refusal keeps its code, the call and the request's id", async () => {
  const c = await contextAt(always(400, queryError('ValidationError', 'min is more than max')))
  const error = await failure(suspend(c))
  expect(error).toMatchObject({
    code: 'E_AWS_REFUSED',
    message: 'autoscaling:SuspendProcesses: ValidationError: min is more than max',
    place: { call: 'autoscaling:SuspendProcesses', requestId: 'r-1' },
  })
  expect(awsCode(error)).toBe('ValidationError')
  expect(isClearRefusal(error)).toBe(true)
  expect(error).toMatchObject({ refused: true })
})

test("AWS's own code counts, not the SDK's name for it", async () => {
  const c = await contextAt(always(400, queryError('ResourceInUse', 'in use')))
  expect(awsCode(await failure(suspend(c)))).toBe('ResourceInUse')
})

test.each([
  ['AccessDenied', 'not authorized to perform: iam:PassRole on x', 'E_AWS_DENIED', 'allow iam:PassRole in'],
  ['AccessDenied', 'no', 'E_AWS_DENIED', 'allow autoscaling:SuspendProcesses in'],
  ['ExpiredToken', 'the token has expired', 'E_AWS_CREDENTIALS', 'sign in again'],
  ['InvalidClientTokenId', 'invalid', 'E_AWS_CREDENTIALS', 'AWS_PROFILE'],
  ['SignatureDoesNotMatch', 'no match', 'E_AWS_SIGNATURE', 'clock'],
  ['InsufficientInstanceCapacity', 'not now', 'E_AWS_CAPACITY', 'other zones'],
  ['VcpuLimitExceeded', 'too many', 'E_AWS_LIMIT', 'Service Quotas'],
])('%s (%s) has a hint', async (code, message, expected, hint) => {
  const c = await contextAt(always(403, queryError(code, message)))
  await expect(suspend(c)).rejects.toMatchObject({ code: expected, hint: expect.stringContaining(hint) })
})

test('ResourceContention is retried, and then it is not known what the attempts did', async () => {
  let calls = 0
  const c = await contextAt((_request, response) => {
    calls += 1
    const [status, body] =
      calls < 3
        ? ([500, queryError('ResourceContention', 'pending update')] as const)
        : ([400, queryError('ValidationError', 'already attached')] as const)
    response.writeHead(status).end(body)
  })
  const error = await failure(suspend(c))
  expect(calls).toBe(3)
  expect(awsCode(error)).toBe('ValidationError')
  expect(isClearRefusal(error)).toBe(false)
  expect(error).toMatchObject({ refused: false })
  expect(c.events).toMatchObject([{ data: { attempts: 3, error: 'ValidationError' } }])
})

test('a cut connection is no clear refusal', async () => {
  let calls = 0
  const c = await contextAt((request) => {
    calls += 1
    request.socket.destroy()
  })
  const error = await failure(suspend(c))
  expect(calls).toBe(8)
  expect(error).toMatchObject({ code: 'E_AWS_UNAVAILABLE' })
  expect(awsCode(error)).toBeUndefined()
  expect(isClearRefusal(error)).toBe(false)
}, 30_000)

test('an answer that is cut off is neither a refusal nor a clear no', async () => {
  const c = await contextAt((_request, response) => {
    const body = queryAnswer('SuspendProcesses', '')
    response.writeHead(200, {
      'content-type': 'text/xml',
      'content-length': body.length,
      'x-amzn-requestid': 'r-1',
    })
    response.write(body.slice(0, 60), () => response.socket?.destroy())
  })
  const error = await failure(suspend(c))
  expect(error).toMatchObject({
    code: 'E_AWS_UNAVAILABLE',
    message: 'autoscaling:SuspendProcesses: the answer was cut off (aborted)',
    refused: false,
  })
}, 30_000)

test('a stop ends a read under way, and lets a change finish', async () => {
  const stop = new AbortController()
  const reason = new Error('stopped')
  const c = await contextAt((request, response) => {
    void text(request).then((body) => {
      stop.abort(reason)
      // The read is never answered.
      if (body.includes('SuspendProcesses')) response.end(queryAnswer('SuspendProcesses', ''))
    })
  }, stop.signal)
  await expect(suspend(c)).resolves.toBeDefined()
  await expect(describe(c)).rejects.toBe(reason)
})

test('a stop ends a read that waits for its answer', async () => {
  const stop = new AbortController()
  const reason = new Error('stopped')
  const c = await contextAt(() => stop.abort(reason), stop.signal)
  await expect(describe(c)).rejects.toBe(reason)
})
