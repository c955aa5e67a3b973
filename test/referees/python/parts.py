"""What belongs to a group besides its settings, as a person with boto3 gives it to one."""

import datetime

TOPIC = "arn:aws:sns:us-east-1:123456789012:fleet"


def make_parts(account, name, ids):
    """A hook, scheduled actions (one of them past), a notification, metrics, policies, protection."""
    group = {"AutoScalingGroupName": name}
    scaling = account.autoscaling
    scaling.put_lifecycle_hook(
        **group,
        LifecycleHookName="goodbye",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=60,
        DefaultResult="CONTINUE",
    )
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    day = datetime.timedelta(days=1)
    for action, given in {
        "nightly": {"Recurrence": "0 22 * * *", "TimeZone": "Europe/Berlin", "MinSize": 1},
        "sale": {"StartTime": now + day, "MinSize": 1, "MaxSize": 3, "DesiredCapacity": 2},
        "over": {"StartTime": now - day, "MinSize": 1},
    }.items():
        scaling.put_scheduled_update_group_action(**group, ScheduledActionName=action, **given)
    types = ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"]
    scaling.put_notification_configuration(**group, TopicARN=TOPIC, NotificationTypes=types)
    scaling.enable_metrics_collection(**group, Granularity="1Minute", Metrics=["GroupTotalInstances"])
    for policy, given in policies(name).items():
        scaling.put_scaling_policy(**group, PolicyName=policy, **given)
    scaling.set_instance_protection(**group, InstanceIds=ids[:1], ProtectedFromScaleIn=True)


def policies(name):
    """One of each kind; the last follows a metric of the group's own."""
    return {
        "out": {
            "PolicyType": "SimpleScaling",
            "AdjustmentType": "ChangeInCapacity",
            "ScalingAdjustment": 1,
            "Cooldown": 60,
        },
        "in": {
            "PolicyType": "StepScaling",
            "AdjustmentType": "PercentChangeInCapacity",
            "MinAdjustmentMagnitude": 1,
            "StepAdjustments": [{"MetricIntervalUpperBound": 0.0, "ScalingAdjustment": -10}],
            "MetricAggregationType": "Average",
        },
        "memory": {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingConfiguration": {
                "TargetValue": 60.0,
                "CustomizedMetricSpecification": {
                    "MetricName": "mem_used_percent",
                    "Namespace": "CWAgent",
                    "Statistic": "Average",
                    "Dimensions": [{"Name": "AutoScalingGroupName", "Value": name}],
                },
            },
        },
    }
