import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { FleetCloud } from './fleet-cloud.ts'

/** A target group of the SSH servers of instances, behind a Network Load Balancer of its name. */
export interface NetworkBalancer {
  readonly arn: string
  /** The ids of those that are sent users to. */
  healthy(): Promise<string[]>
  register(...ids: readonly string[]): Promise<void>
  /** Deletes the load balancer, and the target group. */
  remove(): Promise<void>
}

export async function openNetworkBalancer(
  { settings, ec2 }: FleetCloud,
  Name: string,
  Port: number,
): Promise<NetworkBalancer> {
  const client = new ElasticLoadBalancingV2(settings)
  const { Subnets = [] } = await ec2.describeSubnets()
  const [balancer] =
    (
      await client.createLoadBalancer({
        Name,
        Type: 'network',
        Subnets: Subnets.map(({ SubnetId = '' }) => SubnetId),
      })
    ).LoadBalancers ?? []
  const [group] =
    (
      await client.createTargetGroup({
        Name,
        Protocol: 'TCP',
        Port: 2222,
        VpcId: Subnets[0]?.VpcId,
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 4,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      })
    ).TargetGroups ?? []
  const arn = group?.TargetGroupArn ?? ''
  const LoadBalancerArn = balancer?.LoadBalancerArn ?? ''
  await client.modifyTargetGroupAttributes({
    TargetGroupArn: arn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
  })
  const DefaultActions = [{ Type: 'forward', TargetGroupArn: arn } as const]
  await client.createListener({ LoadBalancerArn, Protocol: 'TCP', Port, DefaultActions })
  return {
    arn,
    healthy: async () => {
      const { TargetHealthDescriptions = [] } = await client.describeTargetHealth({ TargetGroupArn: arn })
      return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy')
        .map(({ Target }) => Target?.Id ?? '')
        .sort()
    },
    register: async (...ids) => {
      await client.registerTargets({ TargetGroupArn: arn, Targets: ids.map((Id) => ({ Id })) })
    },
    remove: async () => {
      await client.deleteLoadBalancer({ LoadBalancerArn })
      await client.deleteTargetGroup({ TargetGroupArn: arn })
      client.destroy()
    },
  }
}
