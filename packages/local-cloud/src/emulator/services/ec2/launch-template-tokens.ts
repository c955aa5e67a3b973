import { createHash } from 'node:crypto'
import { AwsError } from '../../service.ts'
import type { Ec2Context } from './context.ts'
import type { FoundVersion } from './launch-template-book.ts'

/**
 * Makes a version, or answers what the same client token has made before.
 *
 * @throws AwsError `IdempotentParameterMismatch` when the token's parameters were others.
 */
export function onceAToken(
  { records }: Ec2Context,
  { ClientToken: token, ...parameters }: { readonly ClientToken?: string | undefined },
  make: () => FoundVersion,
): FoundVersion {
  if (!token) return make()
  if (token.length > 128) {
    throw new AwsError('InvalidParameterValue', 'The client token may have at most 128 characters')
  }
  const digest = createHash('sha256').update(JSON.stringify(parameters)).digest('hex')
  const earlier = records.templateTokens[token]
  if (earlier !== undefined && earlier.digest !== digest) {
    throw new AwsError(
      'IdempotentParameterMismatch',
      'The client token you have provided is associated with a previous request with different parameters',
    )
  }
  const template = earlier && records.launchTemplates[earlier.id]
  const version = earlier && template?.versions[earlier.version]
  if (template !== undefined && version !== undefined) return { template, version }
  const made = make()
  records.templateTokens[token] = { digest, id: made.template.id, version: made.version.number }
  return made
}

/** Lets go of the tokens whose version is gone: they may be used again. */
export function forgetTokens({ records }: Ec2Context): void {
  const { templateTokens, launchTemplates } = records
  for (const [token, { id, version }] of Object.entries(templateTokens))
    if (launchTemplates[id]?.versions[version] === undefined) delete templateTokens[token]
}
