import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Condition } from '../../hardware/rules.ts'
import { oneOf, required, validationError } from '../constraint.ts'
import { readRegex } from './transforms.ts'

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
  const values = all.map(conditionOf).flatMap((one) => [...one.values, ...(one.regexes ?? [])])
  if (values.length > 5) throw validationError('A rule can only have 5 condition values')
  return all
}

function readCondition(wire: RuleCondition): RuleCondition {
  const field = oneOf(required(wire.Field, 'field'), 'field', fields)
  const read = withConfig({ ...wire, Field: field }, field)
  const { values, regexes = [] } = conditionOf(read)
  if (values.length + regexes.length === 0) throw validationError('A condition value must be specified')
  if (values.length > 0 && regexes.length > 0)
    throw validationError('Values and regular expressions cannot be specified in one condition')
  for (const regex of regexes) readRegex(regex)
  return read
}

/** Host and path may be given in an older form; AWS shows their values in both, and takes no more than one. */
function withConfig(wire: RuleCondition, field: (typeof fields)[number]): RuleCondition {
  const config = field === 'host-header' ? wire.HostHeaderConfig : wire.PathPatternConfig
  if (config !== undefined && (wire.Values ?? wire.RegexValues) !== undefined)
    throw validationError(`A condition of type '${field}' is given values in two forms: one is taken`)
  const Values = config?.Values ?? wire.Values ?? []
  const RegexValues = config?.RegexValues ?? wire.RegexValues
  const both = { ...(Values.length > 0 && { Values }), ...(RegexValues && { RegexValues }) }
  switch (field) {
    case 'host-header':
      return { Field: field, ...both, HostHeaderConfig: both }
    case 'path-pattern':
      return { Field: field, ...both, PathPatternConfig: both }
    default:
      if (wire.RegexValues !== undefined)
        throw validationError(`Regular expressions cannot be specified for a condition of field '${field}'`)
      return wire
  }
}

/** What the proxy is told of a condition. */
export function conditionOf(wire: RuleCondition): Condition {
  const field = oneOf(wire.Field ?? '', 'field', fields)
  switch (field) {
    case 'http-header': {
      const { HttpHeaderName, Values = [], RegexValues = [] } = wire.HttpHeaderConfig ?? {}
      return { field, name: HttpHeaderName ?? '', values: Values, regexes: RegexValues }
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
      return { field, values: wire.Values ?? [], regexes: wire.RegexValues ?? [] }
  }
}
