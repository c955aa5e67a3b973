"""What moto does otherwise than AWS with what belongs to a group."""

HOOK = {"LifecycleHookName": "hello", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}
TOPIC = "arn:aws:sns:us-east-1:123456789012:fleet"


def cases(autoscaling, elb, name):
    """By the name of the difference, what shows it; there is a group of one, its launch configuration and its balancer."""
    other = {"AutoScalingGroupName": f"{name}-2"}
    one = {"AutoScalingGroupName": name}

    def hooks():
        zones = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
        autoscaling.create_auto_scaling_group(
            **other,
            LaunchConfigurationName=name,
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=zones["AvailabilityZones"],
            LifecycleHookSpecificationList=[HOOK],
        )
        return f"{len(autoscaling.describe_lifecycle_hooks(**other)['LifecycleHooks'])} hooks"

    def mixed():
        template = {"LaunchTemplateSpecification": {"LaunchTemplateName": "odd"}}
        autoscaling.update_auto_scaling_group(**other, MixedInstancesPolicy={"LaunchTemplate": template})
        autoscaling.update_auto_scaling_group(**other, MaxSize=1)
        names = {"AutoScalingGroupNames": [other["AutoScalingGroupName"]]}
        shown = autoscaling.describe_auto_scaling_groups(**names)["AutoScalingGroups"][0]
        return "stays" if "MixedInstancesPolicy" in shown else "gone"

    def policies():
        for group in [one, other]:
            simple = {"PolicyName": "shared", "AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1}
            autoscaling.put_scaling_policy(**group, **simple)
        found = autoscaling.describe_policies(PolicyNames=["shared"])["ScalingPolicies"]
        return f"{len(found)} policies"

    def actions():
        for group in [one, other]:
            autoscaling.put_scheduled_update_group_action(
                **group, ScheduledActionName="shared", Recurrence="0 6 * * *", MinSize=0
            )
        found = autoscaling.describe_scheduled_actions(ScheduledActionNames=["shared"])
        return f"{len(found['ScheduledUpdateGroupActions'])} actions"

    def notifications():
        types = ["autoscaling:EC2_INSTANCE_LAUNCH"]
        autoscaling.put_notification_configuration(**one, TopicARN=TOPIC, NotificationTypes=types)
        return "put"

    def zone():
        found = elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
        return "a zone" if "CanonicalHostedZoneNameID" in found else "no zone"

    return {
        "DescribeLoadBalancers, the zone of its name": zone,
        "CreateAutoScalingGroup with a lifecycle hook": hooks,
        "UpdateAutoScalingGroup that says nothing of a mixed instances policy": mixed,
        "PutScalingPolicy of one name for two groups": policies,
        "PutScheduledUpdateGroupAction of one name for two groups": actions,
        "PutNotificationConfiguration": notifications,
        "DescribeScalingActivities of a group that has launched": lambda: (
            f"{len(autoscaling.describe_scaling_activities(**one)['Activities'])} activities"
        ),
    }
