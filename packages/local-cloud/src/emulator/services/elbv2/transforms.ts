import type { RewriteConfig, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Rewrite } from '../../hardware/rules.ts'
import { atMost, oneOf, required, validationError } from '../constraint.ts'

const types = ['host-header-rewrite', 'url-rewrite'] as const

/** Reads from a request how a rule changes what it passes on. */
export function readTransforms(wire: readonly RuleTransform[]): RuleTransform[] {
  const read = wire.map(readTransform)
  if (new Set(read.map(({ Type }) => Type)).size < read.length)
    throw validationError('A rule can only have one transform of each type')
  return read
}

function readTransform(wire: RuleTransform): RuleTransform {
  const Type = oneOf(required(wire.Type, 'type'), 'type', types)
  return Type === 'url-rewrite'
    ? { Type, UrlRewriteConfig: { Rewrites: readRewrites(wire.UrlRewriteConfig?.Rewrites) } }
    : { Type, HostHeaderRewriteConfig: { Rewrites: readRewrites(wire.HostHeaderRewriteConfig?.Rewrites) } }
}

function readRewrites(wire: readonly RewriteConfig[] | undefined): RewriteConfig[] {
  const rewrites = atMost(required(wire, 'rewrites'), 'rewrites', 1)
  if (rewrites.length === 0) throw validationError('A rewrite must be specified')
  return rewrites.map(({ Regex, Replace }) => ({
    Regex: readRegex(required(Regex, 'regex')),
    Replace: required(Replace, 'replace'),
  }))
}

/** @throws AwsError `ValidationError` for what is none. */
export function readRegex(regex: string): string {
  try {
    new RegExp(regex)
  } catch {
    throw validationError(`The regular expression '${regex}' is not valid`)
  }
  return regex
}

/** What the proxy is told of a rule's transforms. */
export function rewritesOf(transforms: readonly RuleTransform[]): Rewrite[] {
  return transforms.flatMap(({ UrlRewriteConfig, HostHeaderRewriteConfig }) => {
    const of = UrlRewriteConfig === undefined ? 'host' : 'url'
    const { Rewrites = [] } = UrlRewriteConfig ?? HostHeaderRewriteConfig ?? {}
    return Rewrites.map(({ Regex = '', Replace = '' }) => ({ of, regex: Regex, replace: Replace }) as const)
  })
}
