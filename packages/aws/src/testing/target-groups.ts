/** A list, as AWS's Query protocol writes it. */
export const members = (...items: readonly string[]): string =>
  items.map((item) => `<member>${item}</member>`).join('')

export const arnOf = (name: string): string =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/73e2d6bc24d8a067`

export const frontArn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/1'

/** The load balancer of that ARN as `DescribeLoadBalancers` of version 2 shows it. */
export const describedFront = `<LoadBalancers>${members(
  `<LoadBalancerArn>${frontArn}</LoadBalancerArn><LoadBalancerName>front</LoadBalancerName><Type>application</Type><DNSName>front-1.eu-west-1.elb.amazonaws.com</DNSName><CanonicalHostedZoneId>Z1</CanonicalHostedZoneId>`,
)}</LoadBalancers>`

/** A target group as `DescribeTargetGroups` shows it: one of instances that a load balancer uses, unless something is said. */
export const describedTargetGroup = (
  name: string,
  { type = 'instance', balancers = [frontArn] } = {},
): string =>
  `<TargetGroupArn>${arnOf(name)}</TargetGroupArn><TargetGroupName>${name}</TargetGroupName><Protocol>HTTP</Protocol><Port>8080</Port><HealthCheckProtocol>HTTP</HealthCheckProtocol><HealthCheckPort>traffic-port</HealthCheckPort><HealthCheckPath>/health</HealthCheckPath><HealthCheckIntervalSeconds>15</HealthCheckIntervalSeconds><HealthCheckTimeoutSeconds>5</HealthCheckTimeoutSeconds><HealthyThresholdCount>3</HealthyThresholdCount><UnhealthyThresholdCount>2</UnhealthyThresholdCount><TargetType>${type}</TargetType><LoadBalancerArns>${members(...balancers)}</LoadBalancerArns>`

export const targetGroupAttributes = (attributes: Readonly<Record<string, string>>): string =>
  `<Attributes>${members(...Object.entries(attributes).map(([key, value]) => `<Key>${key}</Key><Value>${value}</Value>`))}</Attributes>`

/** Targets as `DescribeTargetHealth` shows them: `i-1:8080 healthy`, `i-2:8080 unused Target.NotInUse`. */
export const targetHealth = (...targets: readonly string[]): string =>
  `<TargetHealthDescriptions>${members(
    ...targets.map((target) => {
      const [place = '', state, reason] = target.split(' ')
      const [id, port] = place.split(':')
      const why = reason === undefined ? '' : `<Reason>${reason}</Reason><Description>in words</Description>`
      return `<Target><Id>${id}</Id><Port>${port}</Port></Target><TargetHealth><State>${state}</State>${why}</TargetHealth>`
    }),
  )}</TargetHealthDescriptions>`
