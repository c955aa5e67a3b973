import { randomBytes } from 'node:crypto'
import { AwsError } from '../../service.ts'

/** A kind of thing that EC2 gives ids to, and how it refuses ids of that kind. */
export interface Kind {
  readonly prefix: string
  readonly malformed: string
  readonly notFound: string
  /** What AWS says of ids that name nothing. */
  readonly absent: (ids: string) => string
}

const kind = (prefix: string, codes: string, absent: Kind['absent']): Kind => ({
  prefix,
  malformed: `${codes}.Malformed`,
  notFound: `${codes}.NotFound`,
  absent,
})

export const kinds = {
  instance: kind('i', 'InvalidInstanceID', (ids) =>
    ids.includes(',') ? `The instance IDs '${ids}' do not exist` : `The instance ID '${ids}' does not exist`,
  ),
  image: kind('ami', 'InvalidAMIID', (ids) => `The image id '[${ids}]' does not exist`),
  snapshot: {
    ...kind('snap', 'InvalidSnapshot', (ids) => `The snapshot '${ids}' does not exist.`),
    malformed: 'InvalidSnapshotID.Malformed',
  },
  keyPair: kind('key', 'InvalidKeyPair', (ids) => `The key pair '${ids}' does not exist`),
  securityGroup: {
    ...kind('sg', 'InvalidGroup', (ids) => `The security group '${ids}' does not exist`),
    malformed: 'InvalidGroupId.Malformed',
  },
  volume: {
    ...kind('vol', 'InvalidVolume', (ids) => `The volume '${ids}' does not exist.`),
    malformed: 'InvalidVolumeID.Malformed',
  },
  subnet: kind('subnet', 'InvalidSubnetID', (ids) => `The subnet ID '${ids}' does not exist`),
  networkInterface: kind(
    'eni',
    'InvalidNetworkInterfaceID',
    (ids) => `The networkInterface ID '${ids}' does not exist`,
  ),
  launchTemplate: kind(
    'lt',
    'InvalidLaunchTemplateId',
    (ids) => `The specified launch template, with template ID ${ids}, does not exist.`,
  ),
  vpc: kind('vpc', 'InvalidVpcID', (ids) => `The vpc ID '${ids}' does not exist`),
} satisfies Record<string, Kind>

/** `i-0` and sixteen more hexadecimal digits. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`
}

/**
 * The records of these ids, in their order.
 *
 * @throws AwsError `….Malformed` for what is no id, `….NotFound` with all the ids that name nothing.
 */
export function findAll<Item>(
  kind: Kind,
  items: Readonly<Record<string, Item>>,
  ids: readonly string[],
): Item[] {
  for (const id of ids) checkForm(kind, id)
  const unknown = ids.filter((id) => !Object.hasOwn(items, id))
  if (unknown.length > 0) throw new AwsError(kind.notFound, kind.absent(unknown.join(', ')))
  return ids.flatMap((id) => items[id] ?? [])
}

/** As `findAll`, for one id. */
export function findOne<Item>(kind: Kind, items: Readonly<Record<string, Item>>, id: string): Item {
  const [item] = findAll(kind, items, [id])
  if (item === undefined) throw new AwsError(kind.notFound, kind.absent(id))
  return item
}

function checkForm({ prefix, malformed }: Kind, id: string): void {
  const digits = id.slice(prefix.length + 1)
  if (id.startsWith(`${prefix}-`) && /^[0-9a-f]{8,17}$/.test(digits)) return
  throw new AwsError(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`)
}
