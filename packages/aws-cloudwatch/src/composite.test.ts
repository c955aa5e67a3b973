import { afterEach, expect, test } from 'vitest'
import { answering } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { partsOf } from './alarms.ts'
import { cloudWatch } from './index.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test.each([
  ['ALARM("web-busy") AND NOT OK("web slow (p99)")', ['web-busy', 'web slow (p99)']],
  ['ALARM(web-busy) OR INSUFFICIENT_DATA( web-slow )', ['web-busy', 'web-slow']],
  ['ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-busy")', ['web-busy']],
  ['FALSE', []],
])('the rule %s is made of alarms', (AlarmRule, parts) => {
  expect(partsOf({ AlarmName: 'down', AlarmRule })).toEqual(parts)
})

test('composite alarms of a fleet are said to be left as they are', async () => {
  const busy = { AlarmName: 'web-busy', Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }] }
  const composite = [
    { AlarmName: 'down', AlarmRule: 'ALARM(web-busy) AND ALARM(web-slow)' },
    { AlarmName: 'other', AlarmRule: 'ALARM(web-busy-2)' },
  ]
  const { env, close } = await answering((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r-1' })
    response.end(JSON.stringify({ MetricAlarms: [busy], CompositeAlarms: composite }))
  })
  const c = testContext({ env })
  closing.push(() => c.close(), close)
  const names = await cloudWatch().concerning(testSteps(c), { groups: ['web'], balancers: [] })
  expect(names).toEqual(['web-busy'])
  expect(c.events.filter(({ kind }) => kind === 'alarms.composite')).toEqual([
    {
      kind: 'alarms.composite',
      data: { alarm: 'down', parts: ['web-busy'] },
      text: ['Composite alarm down is made of web-busy: composite alarms are left as they are'],
    },
  ])
})
