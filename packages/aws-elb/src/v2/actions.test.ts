import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { conditionCopy, forwardedTo, rewritten } from './actions.ts'

test('a forward goes to the copies, with its weights and its stickiness', () => {
  const forward: Action = {
    Type: 'forward',
    Order: 1,
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: 'a', Weight: 3 },
        { TargetGroupArn: 'b', Weight: 0 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
    },
  }
  expect(forwardedTo([forward])).toEqual(['a', 'b'])
  expect(rewritten([forward], { a: 'a1', b: 'b1' })).toEqual([
    {
      ...forward,
      ForwardConfig: {
        ...forward.ForwardConfig,
        TargetGroups: [
          { TargetGroupArn: 'a1', Weight: 3 },
          { TargetGroupArn: 'b1', Weight: 0 },
        ],
      },
    },
  ])
})

test('a forward to one target group names its copy in both places', () => {
  const forward: Action = {
    Type: 'forward',
    TargetGroupArn: 'a',
    ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a', Weight: 1 }] },
  }
  expect(forwardedTo([forward])).toEqual(['a'])
  expect(rewritten([forward], { a: 'a1' })).toEqual([
    {
      Type: 'forward',
      TargetGroupArn: 'a1',
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a1', Weight: 1 }] },
    },
  ])
})

test('a sign-in by Cognito, which has no secret here, goes over whole', () => {
  const signIn: Action = {
    Type: 'authenticate-cognito',
    Order: 1,
    AuthenticateCognitoConfig: {
      UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_1',
      UserPoolClientId: 'client',
      UserPoolDomain: 'shop',
      OnUnauthenticatedRequest: 'authenticate',
    },
  }
  expect(rewritten([signIn], {})).toEqual([signIn])
})

test('a condition is sent in one of the two forms that AWS describes it in', () => {
  const Values = ['*.shop.test']
  expect(conditionCopy({ Field: 'host-header', Values, HostHeaderConfig: { Values } })).toEqual({
    Field: 'host-header',
    HostHeaderConfig: { Values },
  })
  expect(conditionCopy({ Field: 'path-pattern', Values })).toEqual({ Field: 'path-pattern', Values })
})
