import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, type Kind, kinds } from './ids.ts'
import { subnetsOf, vpcId } from './network.ts'
import { ec2Page } from './pages.ts'

type Tags = Readonly<Record<string, string>>

const most = 50

/** How a tag's resource type follows from the id. */
const resourceTypes: Readonly<Record<string, ResourceType>> = {
  i: 'instance',
  ami: 'image',
  snap: 'snapshot',
  vol: 'volume',
  eni: 'network-interface',
  key: 'key-pair',
  sg: 'security-group',
  subnet: 'subnet',
  vpc: 'vpc',
  lt: 'launch-template',
}

export function tagsOf({ records }: Ec2Context, id: string): Tags {
  return records.tags[id] ?? {}
}

/** Tags as answers carry them: always a list. */
export function tagList(ec2: Ec2Context, id: string): Tag[] {
  return Object.entries(tagsOf(ec2, id)).map(([Key, Value]) => ({ Key, Value }))
}

/** Sets tags without asking whether a customer may. */
export function setTags({ records }: Ec2Context, id: string, tags: Tags): void {
  records.tags[id] = limited({ ...records.tags[id], ...tags })
}

/**
 * The tags that one thing is to have; AWS's own do not count.
 *
 * @throws AwsError `TagLimitExceeded`
 */
export function limited(tags: Tags): Record<string, string> {
  if (Object.keys(tags).filter((key) => !key.startsWith('aws:')).length > most) {
    throw new AwsError('TagLimitExceeded', `More than ${most} tags were specified.`)
  }
  return { ...tags }
}

/**
 * The tags that a request gives to each type of resource it makes.
 *
 * @throws AwsError when a type is not one of `allowed`, a key is reserved or comes twice, or there are too many.
 */
export function specifiedTags(
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly string[],
): ReadonlyMap<string, Tags> {
  const given = new Map<string, Tag[]>()
  for (const { ResourceType = '', Tags = [] } of specifications ?? []) {
    if (!allowed.includes(ResourceType)) {
      throw new AwsError(
        'InvalidParameterValue',
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      )
    }
    given.set(ResourceType, [...(given.get(ResourceType) ?? []), ...Tags])
  }
  return new Map([...given].map(([type, tags]) => [type, limited(checkedTags(tags))]))
}

function checkedTags(tags: readonly Tag[]): Tags {
  const keys = new Set<string>()
  for (const { Key = '', Value = '' } of tags) {
    const wrong = keys.has(Key) ? `Duplicate tag key '${Key}' specified.` : wrongTag(Key, Value)
    if (wrong !== undefined) throw new AwsError('InvalidParameterValue', wrong)
    keys.add(Key)
  }
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}

function wrongTag(key: string, value: string): string | undefined {
  if (key === '') return 'Tag key cannot be empty.'
  if (key.toLowerCase().startsWith('aws:'))
    return "Tag keys starting with 'aws:' are reserved for internal use"
  if (key.length > 128) return `Tag key exceeds the maximum length of 128 characters: ${key}`
  return value.length > 256 ? `Tag value exceeds the maximum length of 256 characters: ${value}` : undefined
}

interface TagEntry {
  readonly id: string
  readonly key: string
  readonly value: string
}

const fields: Fields<TagEntry> = {
  'resource-id': ({ id }) => [id],
  'resource-type': ({ id }) => [resourceType(id)],
  key: ({ key }) => [key],
  value: ({ value }) => [value],
}

export function tagHandlers(ec2: Ec2Context): Ec2Handlers {
  return {
    CreateTags({ Resources = [], Tags = [] }) {
      const tags = checkedTags(Tags)
      checkResources(ec2, Resources)
      const tagged = Resources.map((id) => [id, limited({ ...tagsOf(ec2, id), ...tags })])
      Object.assign(ec2.records.tags, Object.fromEntries(tagged))
      ec2.save()
      return {}
    },
    DeleteTags({ Resources = [], Tags }) {
      checkResources(ec2, Resources)
      for (const id of Resources) deleteTags(ec2, id, Tags)
      ec2.save()
      return {}
    },
    DescribeTags(input) {
      const all = Object.entries(ec2.records.tags).flatMap(([id, tags]) =>
        Object.entries(tags).map(([key, value]) => ({ id, key, value })),
      )
      const found = filtered(all, input.Filters, fields, ({ key, value }) => ({ [key]: value }))
      const { items, next } = ec2Page(found, input)
      const Tags = items.map(({ id, key, value }) => ({
        ResourceId: id,
        ResourceType: resourceType(id),
        Key: key,
        Value: value,
      }))
      return { Tags, NextToken: next }
    },
  }
}

/** A tag given with a value goes only if it has that value; without tags in the request all but `aws:` ones go. */
function deleteTags({ records }: Ec2Context, id: string, tags: readonly Tag[] | undefined): void {
  const kept = Object.entries(records.tags[id] ?? {}).filter(([key, value]) => {
    if (tags === undefined || tags.length === 0) return key.startsWith('aws:')
    return !tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
  })
  records.tags[id] = Object.fromEntries(kept)
}

function checkResources(ec2: Ec2Context, ids: readonly string[]): void {
  const { instances, images, snapshots, keyPairs, securityGroups, launchTemplates } = ec2.records
  const known: readonly (readonly [Kind, Readonly<Record<string, unknown>>])[] = [
    [kinds.instance, instances],
    [kinds.image, images],
    [kinds.snapshot, snapshots],
    [kinds.keyPair, keyPairs],
    [kinds.securityGroup, securityGroups],
    [kinds.launchTemplate, launchTemplates],
    [kinds.subnet, Object.fromEntries(subnetsOf(ec2.region).map((subnet) => [subnet.id, subnet]))],
    [kinds.vpc, { [vpcId]: true }],
  ]
  const volumes = Object.values(instances).flatMap((each) => [
    each.networkInterfaceId,
    ...each.volumes.map(({ id }) => id),
  ])
  for (const id of ids.filter((each) => !volumes.includes(each))) {
    const entry = known.find(([kind]) => id.startsWith(`${kind.prefix}-`))
    if (entry === undefined) throw new AwsError('InvalidID', `The ID '${id}' is not valid`)
    findAll(entry[0], entry[1], [id])
  }
}

function resourceType(id: string): ResourceType | undefined {
  return resourceTypes[id.slice(0, id.indexOf('-'))]
}
