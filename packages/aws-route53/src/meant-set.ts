import { ViridianError } from '@viridian/core'
import { balancerDnsName } from './domain-name.ts'
import { unsupported } from './read-record-sets.ts'
import { ofSet, type RecordSet, shownSets, targetName } from './record-set.ts'

/**
 * Which of the weighted record sets of a name is meant, by its set identifier: the one that is asked for, or else the only
 * one, or the only one with a weight. None of a name that has simple ones.
 *
 * @throws ViridianError `E_RECORD_SET` when that is none or several, or another one leads to the same balancer;
 * `E_RECORD_UNSUPPORTED` when one type of record is weighted and another is not
 */
export function meantSet(
  name: string,
  sets: readonly RecordSet[],
  asked: string | undefined,
): string | undefined {
  const [weighted, simple] = [sets.filter(isWeighted), sets.filter((set) => !isWeighted(set))]
  if (weighted.length > 0 && simple.length > 0)
    throw unsupported(
      `the ${typesOf(weighted)} record of ${name} is weighted, and its ${typesOf(simple)} record is not`,
      'give both the same weights and set identifiers first',
    )
  const identifiers = identifiersOf(weighted)
  if (asked !== undefined && !identifiers.includes(asked))
    throw isUnclear(`no record of ${name} has the set identifier ${asked}`, name, sets)
  const heavy = identifiersOf(weighted.filter(({ Weight = 0 }) => Weight > 0))
  const meant = asked ?? (identifiers.length === 1 ? identifiers[0] : heavy[0])
  if (identifiers.length === 0) return undefined
  if (meant === undefined || (asked === undefined && identifiers.length > 1 && heavy.length > 1))
    throw isUnclear(`${identifiers.length} weighted records answer for ${name}`, name, sets)
  refuseShared(name, ofSet(sets, meant), sets)
  return meant
}

const isWeighted = ({ SetIdentifier }: RecordSet): boolean => SetIdentifier !== undefined

const typesOf = (sets: readonly RecordSet[]): string =>
  [...new Set(sets.map(({ Type }) => Type))].join(' and ')

const identifiersOf = (sets: readonly RecordSet[]): string[] => [
  ...new Set(sets.flatMap(({ SetIdentifier }) => SetIdentifier ?? [])),
]

/** Users would still come to where another set leads as well, once this one is switched. */
function refuseShared(name: string, own: readonly RecordSet[], sets: readonly RecordSet[]): void {
  const targets = new Set(own.map((set) => balancerDnsName(targetName(set))))
  const [other] = sets.filter((set) => !own.includes(set) && targets.has(balancerDnsName(targetName(set))))
  if (other === undefined) return
  throw new ViridianError(
    'E_RECORD_SET',
    `of the weighted records of ${name}, ${own[0]?.SetIdentifier} and ${other.SetIdentifier} lead to the same balancer (${shownSets(sets)})`,
    {
      hint: 'let one of them lead there: its A and its AAAA record, of one set identifier',
      place: { call: 'route53:ListResourceRecordSets' },
    },
  )
}

const isUnclear = (message: string, name: string, sets: readonly RecordSet[]): ViridianError =>
  new ViridianError('E_RECORD_SET', `${message}: ${shownSets(sets)}`, {
    hint: hintFor(name, identifiersOf(sets)),
    place: { call: 'route53:ListResourceRecordSets' },
  })

const hintFor = (name: string, [first]: readonly string[]): string =>
  first === undefined
    ? `${name} has no weighted records: leave the set identifier out`
    : `say which one is to be switched: --set ${first} (a task of your own: names.find(t, record, { set: '${first}' }))`
