import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { route53Api } from './api.ts'
import { canonicalName, plainName } from './domain-name.ts'
import { ofSet, RecordSet, routing } from './record-set.ts'

const Page = z.object({
  ResourceRecordSets: z.array(
    z.looseObject({
      Name: z.string(),
      Type: z.string(),
      SetIdentifier: z.string().optional(),
      AliasTarget: z.looseObject({ DNSName: z.string() }).optional(),
      ResourceRecords: z.array(z.looseObject({ Value: z.string() })).optional(),
    }),
  ),
  IsTruncated: z.boolean().default(false),
  NextRecordName: z.string().optional(),
  NextRecordType: z.string().optional(),
  NextRecordIdentifier: z.string().optional(),
})

type ListedSet = z.infer<typeof Page>['ResourceRecordSets'][number]

const call = 'route53:ListResourceRecordSets'

/**
 * The record sets of a name that say where it leads: A, AAAA and CNAME (`ListResourceRecordSets`).
 *
 * @throws ViridianError `E_RECORD_UNSUPPORTED` for sets that answer by something else than name and weight
 */
export async function readRecordSets(c: StepContext, zoneId: string, name: string): Promise<RecordSet[]> {
  const leading = await leadingSets(c, zoneId, name)
  for (const set of leading) {
    const kind = Object.entries(routing).find(([member]) => set[member] !== undefined)?.[1]
    if (kind !== undefined) {
      throw unsupported(
        `the ${set.Type} record of ${plainName(name)} is ${kind}`,
        'a switch is of simple and of weighted records: give it one of these, or switch by hand',
      )
    }
  }
  return leading.map((set) => RecordSet.parse(set))
}

/**
 * Everything that the record sets of a name lead to, also where several of them answer for it (`ListResourceRecordSets`).
 *
 * @param identifier of the weighted ones that alone count
 */
export async function readTargets(
  c: StepContext,
  zoneId: string,
  name: string,
  identifier?: string,
): Promise<string[]> {
  return ofSet(await leadingSets(c, zoneId, name), identifier).flatMap(
    ({ AliasTarget, ResourceRecords = [] }) =>
      AliasTarget ? [AliasTarget.DNSName] : ResourceRecords.map(({ Value }) => Value),
  )
}

async function leadingSets(c: StepContext, zoneId: string, name: string): Promise<ListedSet[]> {
  const listed = await listedSets(c, zoneId, canonicalName(name))
  return listed.filter(({ Type }) => RecordSet.shape.Type.safeParse(Type).success)
}

/** Whether a name of a zone is delegated: whoever asks for it is sent to other servers (`ListResourceRecordSets`). */
export async function isDelegated(c: StepContext, zoneId: string, name: string): Promise<boolean> {
  return (await listedSets(c, zoneId, canonicalName(name))).some(({ Type }) => Type === 'NS')
}

/** The refusal of a record that cannot be switched. */
export const unsupported = (message: string, hint: string): ViridianError =>
  new ViridianError('E_RECORD_UNSUPPORTED', message, { hint, place: { call } })

/** Every record set of a zone (`ListResourceRecordSets`). */
export const allSets = (c: StepContext, zoneId: string): Promise<ListedSet[]> =>
  setsFrom(c, zoneId, {}, () => true)

const listedSets = (c: StepContext, zoneId: string, name: string): Promise<ListedSet[]> =>
  setsFrom(c, zoneId, { StartRecordName: name }, (set) => canonicalName(set.Name) === name)

/** Record sets as long as they are wanted: Route 53 lists from a name on, in the order of names. */
async function setsFrom(
  c: StepContext,
  HostedZoneId: string,
  start: Record<string, string>,
  wanted: (set: ListedSet) => boolean,
): Promise<ListedSet[]> {
  const found: ListedSet[] = []
  let from: Record<string, string> | undefined = start
  while (from !== undefined) {
    const page: z.infer<typeof Page> = await route53Api(
      c,
      'ListResourceRecordSets',
      { HostedZoneId, ...from },
      Page,
    )
    const named = page.ResourceRecordSets.filter(wanted)
    found.push(...named.map(withoutEmpty))
    from = page.IsTruncated && named.length === page.ResourceRecordSets.length ? nextOf(page) : undefined
  }
  return found
}

function nextOf(page: z.infer<typeof Page>): Record<string, string> | undefined {
  const { NextRecordName, NextRecordType, NextRecordIdentifier } = page
  if (NextRecordName === undefined) return undefined
  return {
    StartRecordName: NextRecordName,
    ...(NextRecordType !== undefined && { StartRecordType: NextRecordType }),
    ...(NextRecordIdentifier !== undefined && { StartRecordIdentifier: NextRecordIdentifier }),
  }
}

/** What is described as never set would be refused when it is sent back. */
function withoutEmpty(set: ListedSet): ListedSet {
  const { Name, Type, ...others } = set
  const kept = Object.entries(others).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  return { ...Object.fromEntries(kept), Name, Type }
}
