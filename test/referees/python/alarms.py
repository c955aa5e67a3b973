"""Alarms, metrics and scaling policies: made, read, and a group that grows because an alarm went off."""

import datetime

from account import check, pages, until
from fleet import make_group, make_network, settled

NAME = "scaled"
NAMESPACE = "Referee"
METRIC = {"Namespace": NAMESPACE, "MetricName": "Orders", "Dimensions": [{"Name": "shop", "Value": "north"}]}
ALARM = {
    **METRIC,
    "AlarmName": "busy",
    "AlarmDescription": "Many orders",
    "ActionsEnabled": True,
    "OKActions": [],
    "InsufficientDataActions": [],
    "Statistic": "Sum",
    "Period": 60,
    "Unit": "Count",
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 99.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}
STEPS = [
    {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 2},
]


def story(account):
    network = make_network(account, NAME)
    account.ec2.create_key_pair(KeyName=NAME, KeyType="ed25519")
    make_group(account, network, NAME, 1, "", NAME, [])
    metrics(account)
    policy = policies(account)
    alarms(account, policy)
    protocols(account)
    scaling(account, policy)
    tracking(account)
    take_down(account, network)


def metrics(account):
    now = datetime.datetime.now(datetime.timezone.utc)
    minute = now.replace(second=0, microsecond=0) - datetime.timedelta(minutes=5)
    datum = {"MetricName": "Orders", "Dimensions": METRIC["Dimensions"], "Unit": "Count", "Timestamp": minute}
    account.cloudwatch.put_metric_data(
        Namespace=NAMESPACE, MetricData=[{**datum, "Value": 2.5}, {**datum, "Values": [1.0, 4.0], "Counts": [1.0, 2.0]}]
    )
    span = {"StartTime": minute, "EndTime": minute + datetime.timedelta(minutes=1)}
    found = account.cloudwatch.get_metric_statistics(**METRIC, **span, Period=60, Statistics=["Sum", "SampleCount"])
    datapoints = [{"Timestamp": minute, "Sum": 11.5, "SampleCount": 4.0, "Unit": "Count"}]
    check("a metric is summed up", found["Datapoints"] == datapoints, True)
    stat = {"Metric": METRIC, "Period": 60, "Stat": "Average"}
    results, _ = pages(
        account.cloudwatch,
        "get_metric_data",
        "MetricDataResults",
        MetricDataQueries=[{"Id": "orders", "MetricStat": stat}],
        **span,
    )
    check("a metric is queried", results[0]["Values"], [2.875])
    listed, _ = pages(account.cloudwatch, "list_metrics", "Metrics", Namespace=NAMESPACE)
    check("a metric is listed", listed, [METRIC])


def policies(account):
    autoscaling = account.autoscaling
    kinds = [each["AdjustmentType"] for each in autoscaling.describe_adjustment_types()["AdjustmentTypes"]]
    check("the types are AWS's", sorted(kinds), ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"])
    step = {
        "AutoScalingGroupName": NAME,
        "PolicyName": "grow",
        "PolicyType": "StepScaling",
        "AdjustmentType": "PercentChangeInCapacity",
        "MinAdjustmentMagnitude": 1,
        "StepAdjustments": STEPS,
        "MetricAggregationType": "Average",
        "EstimatedInstanceWarmup": 60,
        "Enabled": True,
    }
    arn = autoscaling.put_scaling_policy(**step)["PolicyARN"]
    autoscaling.put_scaling_policy(
        AutoScalingGroupName=NAME,
        PolicyName="shrink",
        AdjustmentType="ExactCapacity",
        ScalingAdjustment=1,
        Cooldown=0,
    )
    found, count = pages(autoscaling, "describe_policies", "ScalingPolicies", size=1, AutoScalingGroupName=NAME)
    check("policies come in pages", [[each["PolicyName"] for each in found], count], [["grow", "shrink"], 2])
    check("a policy keeps every field", found[0], {**step, "PolicyARN": arn, "Alarms": []})
    return arn


def alarms(account, policy):
    cloudwatch = account.cloudwatch
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[policy], Tags=[{"Key": "team", "Value": "shop"}])
    metrics = [
        {"Id": "half", "Expression": "orders / 2", "Label": "half", "ReturnData": True},
        {"Id": "orders", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
    ]
    cloudwatch.put_metric_alarm(
        AlarmName="half",
        Metrics=metrics,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="LessThanOrEqualToThreshold",
    )
    found, count = pages(cloudwatch, "describe_alarms", "MetricAlarms", size=1)
    check("alarms come in pages", [[each["AlarmName"] for each in found], count], [["busy", "half"], 2])
    check("an alarm keeps its maths", found[1]["Metrics"], metrics)
    alarm = described(account)
    check("an alarm keeps every field", {name: alarm[name] for name in ALARM}, ALARM)
    check("an alarm begins without data", alarm["StateValue"], "INSUFFICIENT_DATA")
    by_metric = cloudwatch.describe_alarms_for_metric(**METRIC)["MetricAlarms"]
    check("an alarm is found by its metric", [each["AlarmName"] for each in by_metric], ["busy"])
    arn = alarm["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "tier", "Value": "front"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    check("tags of an alarm are added and removed", tags, [{"Key": "tier", "Value": "front"}])


def protocols(account):
    alarm = described(account)
    for protocol in ["query", "smithy-rpc-v2-cbor"]:
        client = account.speaking("cloudwatch", protocol)
        found = client.describe_alarms(AlarmNames=["busy"])["MetricAlarms"]
        check(f"an alarm is the same in {protocol}", found == [alarm], True)
        client.put_metric_data(Namespace=protocol, MetricData=[{"MetricName": "one", "Value": 1.5}])
        try:
            client.delete_alarms(AlarmNames=["nobody"])
        except client.exceptions.ResourceNotFound as error:
            check(f"a refusal is the same in {protocol}", error.response["Error"]["Code"], "ResourceNotFound")


def scaling(account, policy):
    cloudwatch = account.cloudwatch
    cloudwatch.disable_alarm_actions(AlarmNames=["busy"])
    state(account, "ALARM")
    check("nothing happens while actions are off", size(account), 1)
    cloudwatch.enable_alarm_actions(AlarmNames=["busy"])
    state(account, "OK")
    state(account, "ALARM")
    check("an alarm makes the group grow", len(settled(account, NAME, 2)), 2)
    history, _ = pages(
        cloudwatch, "describe_alarm_history", "AlarmHistoryItems", AlarmName="busy", HistoryItemType="Action"
    )
    summaries = [each["HistorySummary"] for each in history]
    check("the action is on record", summaries, [f"Successfully executed action {policy}"])
    named = account.autoscaling.describe_policies(PolicyNames=[policy])["ScalingPolicies"][0]["Alarms"]
    check("a policy shows its alarms", [each["AlarmName"] for each in named], ["busy"])
    until("nothing is under way", lambda: all(each.get("EndTime") for each in activities(account)))
    account.autoscaling.execute_policy(AutoScalingGroupName=NAME, PolicyName="shrink", HonorCooldown=True)
    check("a policy is executed", len(settled(account, NAME, 1)), 1)
    account.autoscaling.delete_policy(AutoScalingGroupName=NAME, PolicyName="grow")
    check("an alarm outlives its policy", described(account)["AlarmActions"], [])


def tracking(account):
    target = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 60.0}
    made = account.autoscaling.put_scaling_policy(
        AutoScalingGroupName=NAME,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration=target,
    )
    names = sorted(each["AlarmName"].rsplit("-", 5)[0] for each in made["Alarms"])
    check("it tracks by two alarms", names, [f"TargetTracking-{NAME}-AlarmHigh", f"TargetTracking-{NAME}-AlarmLow"])
    account.cloudwatch.delete_alarms(AlarmNames=["busy", "half"])


def take_down(account, network):
    account.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=NAME, ForceDelete=True)
    groups = account.autoscaling.describe_auto_scaling_groups
    until("the group is gone", lambda: not groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"])
    left, _ = pages(account.cloudwatch, "describe_alarms", "MetricAlarms")
    check("the alarms of its policies are gone", left, [])
    account.autoscaling.delete_launch_configuration(LaunchConfigurationName=f"{NAME}-1")
    account.ec2.delete_security_group(GroupId=network["security_group"])
    account.ec2.delete_key_pair(KeyName=NAME)


def state(account, value):
    account.cloudwatch.set_alarm_state(AlarmName="busy", StateValue=value, StateReason="the referee says so")


def described(account):
    return account.cloudwatch.describe_alarms(AlarmNames=["busy"])["MetricAlarms"][0]


def size(account):
    return account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"][0][
        "DesiredCapacity"
    ]


def activities(account):
    return account.autoscaling.describe_scaling_activities(AutoScalingGroupName=NAME)["Activities"]
