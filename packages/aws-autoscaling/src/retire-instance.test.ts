import { afterEach, expect, test } from 'vitest'
import { answering, queryAnswer } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { retireInstance } from './retire-instance.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test.each([
  ['InService', ['true']],
  ['Standby', ['false']],
  ['Terminating:Wait', []],
  [null, []],
])('one that is %s is counted out of what its group wants: %j', async (lifecycle, counted) => {
  const asked: (string | null)[] = []
  const server = await answering((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += text
    })
    request.on('end', () => {
      asked.push(new URLSearchParams(body).get('ShouldDecrementDesiredCapacity'))
      response.end(queryAnswer('TerminateInstanceInAutoScalingGroup', ''))
    })
  })
  const c = { ...testContext({ env: server.env }), before: { lifecycle }, token: '' }
  closing.push(c.close, server.close)
  await retireInstance.run({ group: 'web', id: 'i-1' }, c)
  expect(asked).toEqual(counted)
})
