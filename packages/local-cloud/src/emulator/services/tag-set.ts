import { dictionary } from '../dictionary.ts'
import { AwsError } from '../service.ts'
import { tagged } from './constraint.ts'

/** How a service names what it refuses of tags. */
export interface TagRefusals {
  /** `A load balancer`: what the tags are on. */
  readonly thing: string
  /** The code for a key that comes twice in one request. */
  readonly repeated: string
  /** The code for a key that is AWS's own. @default such a key is taken: CloudFormation gives them by the same calls */
  readonly reserved?: string
  /** The code for more than 50 tags. */
  readonly tooMany: string
}

const most = 50

/**
 * A thing's tags with others among them.
 *
 * @throws AwsError for what AWS does not take.
 */
export function taggedWith(
  present: Readonly<Record<string, string>>,
  added: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
  refusals: TagRefusals,
): Record<string, string> {
  const entries = added.map(({ Key, Value }) => tagged(Key, Value))
  return withEntries(present, entries, refusals)
}

/** As `taggedWith`, for tags that are more than a text. */
export function withEntries<Value>(
  present: Readonly<Record<string, Value>>,
  added: readonly (readonly [key: string, value: Value])[],
  { thing, repeated, reserved, tooMany }: TagRefusals,
): Record<string, Value> {
  const keys = added.map(([key]) => key)
  if (new Set(keys).size < keys.length)
    throw new AwsError(repeated, 'Duplicate Tag Keys found in the request. Tag keys should be unique.')
  const own = keys.find((key) => key.toLowerCase().startsWith('aws:'))
  if (own !== undefined && reserved !== undefined)
    throw new AwsError(reserved, `The tag key ${own} begins with aws:, which is reserved.`)
  const all = dictionary(present, Object.fromEntries(added))
  if (Object.keys(all).length > most)
    throw new AwsError(tooMany, `${thing} cannot have more than ${most} tags.`)
  return all
}
