import { expect, test } from 'vitest'
import { thingsText } from './things-text.ts'

test.each([
  [[], ''],
  [['instance/i-1'], 'instance i-1'],
  [
    ['instance/i-1', 'launch-configuration/web-2', 'instance/i-2'],
    'instance i-1, i-2; launch configuration web-2',
  ],
  [['policy/arn:aws:autoscaling:1/web'], 'policy arn:aws:autoscaling:1/web'],
  [['odd'], 'odd'],
  [Array.from({ length: 46 }, (_, at) => `instance/${at}`), 'instance 0, 1, 2, 3, 4 and 41 more'],
])('%j', (things, text) => expect(thingsText(things)).toBe(text))
