import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../../aws/src/testing/answering.ts'
import { testContext } from '../../../aws/src/testing/step-context.ts'
import { targetGroupAttributes } from '../../../aws/src/testing/target-groups.ts'
import { missingAttributes } from './attributes.ts'
import { copyAttributes } from './copy-attributes.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test('what was never set, what is the same and what protects are not set on a copy', () => {
  const original = {
    'access_logs.s3.bucket': '',
    'deletion_protection.enabled': 'true',
    'idle_timeout.timeout_seconds': '75',
    'routing.http2.enabled': 'true',
  }
  const copy = {
    'access_logs.s3.bucket': 'logs',
    'deletion_protection.enabled': 'false',
    'idle_timeout.timeout_seconds': '60',
    'routing.http2.enabled': 'true',
  }
  expect(missingAttributes(original, copy)).toEqual({ 'idle_timeout.timeout_seconds': '75' })
})

test('a copy that has every attribute is not asked to take none', async () => {
  // It refuses whatever would change an attribute.
  const server = await answeringQueries({
    DescribeListenerAttributes: targetGroupAttributes({ 'tcp.idle_timeout.seconds': '350' }),
  })
  const c = { ...testContext({ env: server.env }), before: null, token: '' }
  closing.push(c.close, server.close)
  const copy = { kind: 'network', arn: 'copy', name: 'copy' } as const
  await copyAttributes.run({ of: 'Listener', from: 'one', to: 'other', copy, title: 'listener' }, c)
})
