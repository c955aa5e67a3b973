import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'

const client = sdk.sts

/** STS (API version 2011-06-15): who is calling. There is one user, `local`. */
export function stsService({ account }: { readonly account: string }): Service<typeof client> {
  return {
    signingName: 'sts',
    client,
    handlers: {
      GetCallerIdentity: () => ({
        Account: account,
        Arn: `arn:aws:iam::${account}:user/local`,
        UserId: 'AIDA0000000000000LOCAL',
      }),
    },
  }
}
