import { randomInt } from 'node:crypto'
import { validationError } from '../constraint.ts'

/** AWS's rules for a classic load balancer's name: at most 32 letters, digits and inner hyphens. */
export function checkName(name: string): void {
  if (name.length > 32) throw validationError('LoadBalancer name cannot be longer than 32 characters')
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw validationError('LoadBalancer name must contain only alphanumeric characters or hyphens(-)')
  }
  if (/^-|-$/.test(name)) throw validationError('LoadBalancer name cannot begin or end with a hyphen')
}

/** The DNS name of a new load balancer, `<name>-<digits>.<region>.elb.amazonaws.com`. */
export function dnsNameFor(name: string, scheme: string, region: string): string {
  const digits = randomInt(100_000_000, 2_000_000_000)
  return `${scheme === 'internal' ? 'internal-' : ''}${name}-${digits}.${region}.elb.amazonaws.com`
}

/** The hosted zone of the classic load balancers of a region, which alias records name. */
export function hostedZoneOf(region: string): string {
  return zoneByRegion[region] ?? 'Z35SXDOTRQ7X7K'
}

const zoneByRegion: Readonly<Record<string, string>> = {
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'sa-east-1': 'Z2P70J7HTTTPLU',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-northeast-2': 'ZWKZPGTI48KDX',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
}
