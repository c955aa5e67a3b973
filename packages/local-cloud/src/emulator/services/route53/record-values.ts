import { isIPv4, isIPv6 } from 'node:net'
import type { RRType } from '@aws-sdk/client-route-53'
import type { RecordSet } from './hosted-zone.ts'

/** What is wrong with a value: AWS's name of the problem, and its words. */
type Problem = readonly [name: string, words: string]

const checks: Readonly<Partial<Record<RRType, (value: string) => Problem | undefined>>> = {
  A: (value) =>
    isIPv4(value) ? undefined : ['ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address'],
  AAAA: (value) =>
    isIPv6(value) ? undefined : ['AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address'],
  CNAME: nameProblem,
  NS: nameProblem,
  PTR: nameProblem,
  TXT: textProblem,
  SPF: textProblem,
  MX: (value) => fieldsProblem('MX', value, 2),
  SRV: (value) => fieldsProblem('SRV', value, 4),
}

/** Types of which a name has one record alone. */
const single: readonly RRType[] = ['CNAME', 'SOA']

/** What is wrong with the name and the values of a record set, in AWS's words. */
export function valueErrors({ Name, Type, ResourceRecords = [] }: RecordSet): string[] {
  const values = ResourceRecords.map(({ Value = '' }) => Value)
  const several = single.includes(Type) && values.length > 1
  return [
    ...fatal(nameProblem(Name), Name),
    ...(several
      ? [`RRSet of type ${Type} with DNS name ${Name} may have one value, and has ${values.length}`]
      : []),
    ...repeated(values).map((value) => `Duplicate Resource Record: '${value}'`),
    ...values.flatMap((value) => fatal(checks[Type]?.(value), value)),
  ]
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) < index)
}

function fatal(problem: Problem | undefined, value: string): string[] {
  if (problem === undefined) return []
  return [
    `Invalid Resource Record: 'FATAL problem: ${problem[0]} (${problem[1]}) encountered with '${value}''`,
  ]
}

function nameProblem(name: string): Problem | undefined {
  // A character that is written as an octal number is one.
  const plain = name.replace(/\\\d{3}/g, '_').replace(/\.$/, '')
  const labels = plain.split('.')
  if (plain.length > 253) return ['DomainNameTooLong', 'Domain name is too long']
  if (labels.includes('')) return ['DomainLabelEmpty', 'Domain label is empty']
  if (labels.some((label) => label.length > 63)) return ['DomainLabelTooLong', 'Domain label is too long']
  return undefined
}

function textProblem(value: string): Problem | undefined {
  const strings = value.match(/"(?:\\.|[^"\\])*"/g) ?? []
  if (strings.length === 0 || strings.join(' ') !== value.trim().replace(/"\s+"/g, '" "'))
    return ['InvalidCharacterString', 'Value should be enclosed in quotation marks']
  const tooLong = strings.some((text) => text.slice(1, -1).replace(/\\(\d{3}|.)/g, '_').length > 255)
  return tooLong ? ['CharacterStringTooLong', 'String is too long'] : undefined
}

/** Numbers, and a name behind them. */
function fieldsProblem(type: string, value: string, count: number): Problem | undefined {
  const fields = value.trim().split(/\s+/)
  if (fields.length !== count)
    return [`${type}RRDATANot${words[count]}Fields`, `${type} record doesn't have ${count} fields`]
  const numbers = fields.slice(0, -1)
  if (numbers.some((field) => !/^\d{1,5}$/.test(field) || Number(field) > 65_535))
    return [`${type}RRDATAInvalidNumber`, 'Value is not a number from 0 to 65535']
  const name = fields.at(-1) ?? ''
  // The root says that there is no such service.
  return name === '.' ? undefined : nameProblem(name)
}

const words: Readonly<Record<number, string>> = { 2: 'Two', 4: 'Four' }
