import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Condition } from '../../hardware.ts'
import { oneOf, required, validationError } from '../constraint.ts'

const fields = [
  'host-header',
  'path-pattern',
  'http-header',
  'http-request-method',
  'query-string',
  'source-ip',
] as const

/** Reads the conditions of a rule from a request, in the newer form that AWS shows them in. */
export function readConditions(wire: readonly RuleCondition[]): RuleCondition[] {
  if (wire.length === 0) throw validationError('A condition must be specified')
  const all = wire.map(readCondition)
  const values = all.flatMap((condition) => conditionOf(condition).values)
  if (values.length > 5) throw validationError('A rule can only have 5 condition values')
  return all
}

function readCondition(wire: RuleCondition): RuleCondition {
  if (wire.RegexValues !== undefined || Object.values(wire).some(hasRegexes))
    throw validationError('The local cloud has no regular expressions in conditions: give Values.')
  const Field = oneOf(required(wire.Field, 'field'), 'field', fields)
  const read = withConfig({ ...wire, Field }, Field)
  if (conditionOf(read).values.length === 0) throw validationError('A condition value must be specified')
  return read
}

function hasRegexes(config: unknown): boolean {
  return (
    typeof config === 'object' &&
    config !== null &&
    'RegexValues' in config &&
    Array.isArray(config.RegexValues)
  )
}

/** Host and path may be given in an older form; AWS shows both. */
function withConfig(wire: RuleCondition, field: (typeof fields)[number]): RuleCondition {
  switch (field) {
    case 'host-header': {
      const Values = wire.HostHeaderConfig?.Values ?? wire.Values ?? []
      return { Field: field, Values, HostHeaderConfig: { Values } }
    }
    case 'path-pattern': {
      const Values = wire.PathPatternConfig?.Values ?? wire.Values ?? []
      return { Field: field, Values, PathPatternConfig: { Values } }
    }
    default:
      return wire
  }
}

/** What the proxy is told of a condition. */
export function conditionOf(wire: RuleCondition): Condition {
  const field = oneOf(wire.Field ?? '', 'field', fields)
  switch (field) {
    case 'http-header': {
      const { HttpHeaderName: name = '', Values: values = [] } = wire.HttpHeaderConfig ?? {}
      return { field, name, values }
    }
    case 'query-string':
      return {
        field,
        values: (wire.QueryStringConfig?.Values ?? []).map(({ Key = '', Value = '' }) => `${Key}=${Value}`),
      }
    case 'http-request-method':
      return { field, values: wire.HttpRequestMethodConfig?.Values ?? [] }
    case 'source-ip':
      return { field, values: wire.SourceIpConfig?.Values ?? [] }
    default:
      return { field, values: wire.Values ?? [] }
  }
}
