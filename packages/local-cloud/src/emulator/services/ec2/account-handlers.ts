import type { AccountAttribute, Region } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { vpcId } from './network.ts'

const regionFields: Fields<Region> = {
  'region-name': ({ RegionName }) => [RegionName],
  endpoint: ({ Endpoint }) => [Endpoint],
  'opt-in-status': ({ OptInStatus }) => [OptInStatus],
}

/** AWS's own defaults: nothing here is limited by them. */
const attributes: Readonly<Record<string, string>> = {
  'supported-platforms': 'VPC',
  'default-vpc': vpcId,
  'max-instances': '20',
  'max-elastic-ips': '5',
  'vpc-max-elastic-ips': '5',
  'vpc-max-security-groups-per-interface': '5',
}

/** What the account has: one region, and the values that AWS gives a new account. */
export function accountHandlers({ region }: Ec2Context): Ec2Handlers {
  return {
    DescribeRegions({ RegionNames = [], Filters }) {
      const unknown = RegionNames.filter((name) => name !== region)
      if (unknown.length > 0) {
        throw new AwsError('InvalidParameterValue', `Invalid region names: [${unknown.join(', ')}]`)
      }
      const own: Region = {
        RegionName: region,
        Endpoint: `ec2.${region}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required',
      }
      return { Regions: filtered([own], Filters, regionFields, () => ({})) }
    },
    DescribeAccountAttributes({ AttributeNames = [] }) {
      const names = AttributeNames.length === 0 ? Object.keys(attributes) : AttributeNames
      return { AccountAttributes: names.map(attributeAnswer) }
    },
  }
}

function attributeAnswer(name: string): AccountAttribute {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  if (value === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${name}) for parameter attributeName is invalid. Unknown attribute.`,
    )
  }
  return { AttributeName: name, AttributeValues: [{ AttributeValue: value }] }
}
