import { AwsError } from '../../service.ts'
import { type Page, pageOf } from '../page.ts'

/** What a paginated request says. */
export interface PageRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

const most = 1000

/** A page of launch templates or of their versions, which have a limit of their own. */
export function templatePage<Item>(items: readonly Item[], request: PageRequest): Page<Item> {
  const { MaxResults: size } = request
  if (size !== undefined && (size < 1 || size > mostTemplates)) {
    throw new AwsError('InvalidParameterValue', `Maximum results allowed are between 1 and ${mostTemplates}`)
  }
  return ec2Page(items, { ...request, MaxResults: size ?? mostTemplates }, 1)
}

const mostTemplates = 200

/** A page as EC2 cuts it: everything when no size is asked for. @throws AwsError for a size that EC2 does not allow. */
export function ec2Page<Item>(items: readonly Item[], request: PageRequest, least = 5): Page<Item> {
  const size = request.MaxResults ?? most
  if (size < least) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value greater than or equal to ${least}.`,
    )
  }
  const invalid = (): AwsError =>
    new AwsError(
      'InvalidParameterValue',
      `Value ( ${request.NextToken} ) for parameter NextToken is invalid. The token is invalid.`,
    )
  return pageOf(items, Math.min(size, most), request.NextToken, invalid)
}
