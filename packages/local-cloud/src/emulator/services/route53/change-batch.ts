import type { Change } from '@aws-sdk/client-route-53'
import { AwsError } from '../../service.ts'
import { isWithin } from './domain-name.ts'
import type { RecordSet } from './hosted-zone.ts'
import { hasSameValues, isSameName, isSameSet, nameOf, readRecordSet, routingOf } from './record-set.ts'
import { valueErrors } from './record-values.ts'

/** The zone that a batch changes, and the targets that its aliases may have. */
export interface BatchContext {
  readonly zoneName: string
  /** What keeps an alias from its target, in AWS's words, or undefined. */
  aliasError(alias: RecordSet, records: readonly RecordSet[]): string | undefined
}

/**
 * The record sets after a batch of changes: all of them, or none.
 *
 * @throws AwsError `InvalidChangeBatch` with every reason, in AWS's form `[reason, reason]`.
 */
export function applyBatch(
  records: readonly RecordSet[],
  changes: readonly Change[],
  context: BatchContext,
): RecordSet[] {
  const steps = changes.map(({ Action, ResourceRecordSet: wire }) => {
    const action = readAction(Action)
    if (wire === undefined)
      throw new AwsError('InvalidInput', 'Invalid request: Missing field ResourceRecordSet')
    return { action, set: readRecordSet(wire, action) }
  })
  const errors = [...tooManyRecords(steps), ...repeatedSets(steps)]
  let after = [...records]
  for (const step of steps) {
    const found = errorsOf(step, after, context)
    errors.push(...found)
    if (found.length === 0) after = changed(after, step)
  }
  for (const { action, set } of steps) {
    const error = action === 'DELETE' ? undefined : context.aliasError(set, after)
    if (error !== undefined) errors.push(error)
  }
  errors.push(...apexErrors(after, context.zoneName))
  if (errors.length > 0) throw new AwsError('InvalidChangeBatch', `[${[...new Set(errors)].join(', ')}]`)
  return after
}

interface Step {
  readonly action: 'CREATE' | 'UPSERT' | 'DELETE'
  readonly set: RecordSet
}

function readAction(action: string | undefined): Step['action'] {
  if (action === 'CREATE' || action === 'UPSERT' || action === 'DELETE') return action
  throw new AwsError(
    'InvalidInput',
    `Invalid request: ${action} is not an action: use CREATE, DELETE or UPSERT`,
  )
}

function changed(records: readonly RecordSet[], { action, set }: Step): RecordSet[] {
  const others = records.filter((record) => !isSameSet(record, set))
  return action === 'DELETE' ? others : [...others, set]
}

/** A batch holds 1,000 values at most; that of an UPSERT counts twice, and so does an alias of one. */
function tooManyRecords(steps: readonly Step[]): string[] {
  const count = steps.reduce((sum, { action, set }) => {
    const values = Math.max(1, set.ResourceRecords?.length ?? 0)
    return sum + (action === 'UPSERT' ? 2 * values : values)
  }, 0)
  return count > mostRecords ? [`Number of records limit of ${mostRecords} exceeded.`] : []
}

const mostRecords = 1000

/** One batch may delete a set and create it again, and touch it in no other way twice. */
function repeatedSets(steps: readonly Step[]): string[] {
  return steps.flatMap(({ action, set }, index) => {
    const earlier = steps.slice(0, index).filter((step) => isSameSet(step.set, set))
    const fine =
      earlier.length === 0 || (earlier.every((step) => step.action === 'DELETE') && action === 'CREATE')
    return fine
      ? []
      : [`The request contains an invalid set of changes for a resource record set '${set.Type} ${set.Name}'`]
  })
}

function errorsOf(step: Step, records: readonly RecordSet[], context: BatchContext): string[] {
  const { action, set } = step
  if (!isWithin(set.Name, context.zoneName)) {
    return [`RRSet with DNS name ${set.Name} is not permitted in zone ${context.zoneName}`]
  }
  const present = records.find((record) => isSameSet(record, set))
  if (action === 'DELETE') return deletionErrors(set, present)
  if (action === 'CREATE' && present !== undefined) {
    return [`Tried to create resource record set ${nameOf(set)} but it already exists`]
  }
  return [...valueErrors(set), ...conflicts(set, records, context.zoneName)]
}

function deletionErrors(set: RecordSet, present: RecordSet | undefined): string[] {
  const tried = `Tried to delete resource record set ${nameOf(set)} but`
  if (present === undefined) return [`${tried} it was not found`]
  return hasSameValues(set, present) ? [] : [`${tried} the values provided do not match the current values`]
}

function conflicts(set: RecordSet, records: readonly RecordSet[], zone: string): string[] {
  const subject = `RRSet of type ${set.Type} with DNS name ${set.Name}`
  if (set.Type === 'CNAME' && set.Name === zone)
    return [`${subject} is not permitted at apex in zone ${zone}`]
  const neighbours = records.filter((record) => record.Name === set.Name && record.Type !== set.Type)
  if (set.Type === 'CNAME' && neighbours.length > 0) {
    return [
      `${subject} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`,
    ]
  }
  if (neighbours.some(({ Type }) => Type === 'CNAME')) {
    return [
      `${subject} is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone ${zone}`,
    ]
  }
  return routingConflicts(set, records)
}

function routingConflicts(set: RecordSet, records: readonly RecordSet[]): string[] {
  const twins = records.filter((record) => isSameName(record, set) && !isSameSet(record, set))
  if (twins.length === 0) return []
  const subject = `RRSet with DNS name ${set.Name}, type ${set.Type}`
  if (set.SetIdentifier === undefined) {
    return [`${subject} cannot be created as other RRSets exist with the same name and type.`]
  }
  const refused = `${subject}, SetIdentifier ${set.SetIdentifier} cannot be created`
  if (twins.some((record) => routingOf(record) !== routingOf(set))) {
    return [
      set.Weight === undefined
        ? `${refused} because a non ${routingOf(set)} rrset exists with the same name and type.`
        : `${refused} as a non-weighted set exists with the same name and type.`,
    ]
  }
  // An alias has no TTL of its own.
  const ttls = new Set([set, ...twins].flatMap(({ TTL }) => TTL ?? []))
  if (set.Weight !== undefined && set.TTL !== undefined && ttls.size > 1) {
    return [`${refused} as weighted sets must contain the same TTL.`]
  }
  if (set.Failover !== undefined && twins.some(({ Failover }) => Failover === set.Failover)) {
    return [`${refused} because there is another ${set.Failover} one.`]
  }
  return []
}

function apexErrors(records: readonly RecordSet[], zone: string): string[] {
  const has = (type: string): boolean => records.some(({ Name, Type }) => Name === zone && Type === type)
  return [
    ...(has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
    ...(has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
  ]
}
