"""
Everything that AWS says of a group and its balancer, as one line of JSON: described_fleet.py GROUP BALANCER

What stands in a list by a name is keyed by it, so that two fleets can be compared member by member.
"""

import sys

from account import Account, pages, say


def main(group, balancer):
    account = Account()
    say(**group_of(account, group), **balancer_of(account, balancer), **alarms_of(account, group, balancer))


def group_of(account, name):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": name}
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    tags = by("Key", group.pop("Tags"))
    source = autoscaling.describe_launch_configurations(LaunchConfigurationNames=[group["LaunchConfigurationName"]])
    return {
        "group": group,
        "group tags": tags,
        "hooks": by("LifecycleHookName", autoscaling.describe_lifecycle_hooks(**of)["LifecycleHooks"]),
        "scheduled actions": by(
            "ScheduledActionName", autoscaling.describe_scheduled_actions(**of)["ScheduledUpdateGroupActions"]
        ),
        "notifications": by(
            "NotificationType",
            autoscaling.describe_notification_configurations(AutoScalingGroupNames=[name])["NotificationConfigurations"],
        ),
        "policies": by("PolicyName", autoscaling.describe_policies(**of)["ScalingPolicies"]),
        "launch configuration": source["LaunchConfigurations"][0],
    }


def balancer_of(account, name):
    elb, of = account.elb, {"LoadBalancerName": name}
    description = elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    tags = elb.describe_tags(LoadBalancerNames=[name])["TagDescriptions"][0]["Tags"]
    return {
        "balancer": description,
        "balancer tags": by("Key", tags),
        "attributes": elb.describe_load_balancer_attributes(**of)["LoadBalancerAttributes"],
        "balancer policies": by("PolicyName", elb.describe_load_balancer_policies(**of)["PolicyDescriptions"]),
    }


def alarms_of(account, group, balancer):
    """Those that name the group, its policies or the balancer; those of target tracking apart."""
    alarms, _ = pages(account.cloudwatch, "describe_alarms", "MetricAlarms")
    mine = [each for each in alarms if any(name in str(each) for name in [f"'{group}'", f"/{group}:", f"'{balancer}'"])]
    own = [each for each in mine if each["AlarmName"].startswith("TargetTracking-")]
    told = [each for each in mine if each not in own]
    for each in told:
        each["Tags"] = by("Key", account.cloudwatch.list_tags_for_resource(ResourceARN=each["AlarmArn"])["Tags"])
    # Copies have names of their own: what an alarm is about tells it apart.
    return {"alarms": by("AlarmName", told), "tracking alarms": len(own)}


def by(key, items):
    return {each[key]: each for each in items}


main(sys.argv[1], sys.argv[2])
