"""Scaling policies of three kinds, and alarms of five that act by them or tell."""

from rich_names import BALANCER, GROUP, IDLE_ALARM, TOPIC


def make_policies(account):
    """Three kinds of policies; answers the first two's ARNs."""
    put, of = account.autoscaling.put_scaling_policy, {"AutoScalingGroupName": GROUP}
    out = put(**of, PolicyName="out", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1, Cooldown=11)
    steps = put(
        **of,
        PolicyName="steps",
        PolicyType="StepScaling",
        AdjustmentType="PercentChangeInCapacity",
        MinAdjustmentMagnitude=1,
        MetricAggregationType="Maximum",
        EstimatedInstanceWarmup=7,
        StepAdjustments=[
            {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 10},
            {"MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 50},
        ],
    )
    put(
        **of,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 55.5,
            "DisableScaleIn": True,
        },
    )
    return out["PolicyARN"], steps["PolicyARN"]


def make_alarms(account, policies):
    """Five alarms of five kinds."""
    out, steps = policies
    put = account.cloudwatch.put_metric_alarm
    of_group = [{"Name": "AutoScalingGroupName", "Value": GROUP}]
    of_balancer = [{"Name": "LoadBalancerName", "Value": BALANCER}]
    judged = {"EvaluationPeriods": 3, "ComparisonOperator": "GreaterThanThreshold", "Period": 60}
    cpu = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": of_group, "Unit": "Percent"}
    put(
        AlarmName="rich-busy",
        AlarmDescription="The fleet is busy.",
        **{**cpu, **judged},
        Statistic="Average",
        Threshold=70.5,
        DatapointsToAlarm=2,
        TreatMissingData="breaching",
        AlarmActions=[out, TOPIC],
        OKActions=[TOPIC],
        Tags=[{"Key": "team", "Value": "web"}],
    )
    put(
        AlarmName=IDLE_ALARM,
        **{**cpu, **judged, "ComparisonOperator": "LessThanThreshold"},
        Statistic="Minimum",
        Threshold=5.0,
        ActionsEnabled=False,
        InsufficientDataActions=[TOPIC],
    )
    put(
        AlarmName="rich-slow",
        Namespace="AWS/ELB",
        MetricName="Latency",
        Dimensions=of_balancer,
        **judged,
        ExtendedStatistic="p99",
        EvaluateLowSampleCountPercentile="ignore",
        Threshold=2.0,
        AlarmActions=[steps],
    )
    metric = {"Namespace": "AWS/ELB", "Dimensions": of_balancer}
    stat = {"Period": 60, "Stat": "Sum"}
    put(
        AlarmName="rich-failing",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=0.05,
        Metrics=[
            {"Id": "share", "Expression": "failed / asked", "Label": "failed", "ReturnData": True},
            {
                "Id": "failed",
                "MetricStat": {"Metric": {**metric, "MetricName": "HTTPCode_Backend_5XX"}, **stat},
                "ReturnData": False,
            },
            {
                "Id": "asked",
                "MetricStat": {"Metric": {**metric, "MetricName": "RequestCount"}, **stat},
                "ReturnData": False,
            },
        ],
        AlarmActions=[TOPIC],
    )
    put(
        AlarmName="rich-queue",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "work"}],
        **judged,
        Statistic="Maximum",
        Threshold=100.0,
        AlarmActions=[steps],
    )
