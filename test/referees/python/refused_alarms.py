"""What CloudWatch and the scaling policies refuse: operation, parameters, AWS's code."""

import datetime


def alarm_cases(account):
    metric = {"Namespace": "Referee", "MetricName": "Orders"}
    alarm = {
        **metric,
        "AlarmName": "refused",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    account.cloudwatch.put_metric_alarm(**alarm)
    arn = account.cloudwatch.describe_alarms(AlarmNames=["refused"])["MetricAlarms"][0]["AlarmArn"]
    now = datetime.datetime.now(datetime.timezone.utc)
    span = {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now}
    backwards = {"StartTime": now, "EndTime": now - datetime.timedelta(hours=1)}
    state = {"AlarmName": "refused", "StateValue": "OK", "StateReason": "a test"}
    statistics = {**metric, **span, "Period": 60, "Statistics": ["Sum"]}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    query = {"MetricDataQueries": [{"Id": "a", "MetricStat": stat}]}
    many = [f"alarm-{number}" for number in range(101)]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    return [
        ("PutMetricAlarm", {**alarm, "Period": 45}, "ValidationError"),
        ("PutMetricAlarm", {**alarm, "EvaluationPeriods": 2000}, "ValidationError"),
        ("PutMetricAlarm", {**alarm, "Namespace": None}, "ValidationError"),
        ("PutMetricAlarm", {**alarm, "AlarmActions": ["page"]}, "ValidationError"),
        ("PutMetricAlarm", {**alarm, "Tags": twice}, "ValidationError"),
        ("PutMetricAlarm", {**alarm, "AlarmName": "n" * 256}, "ValidationError"),
        ("PutMetricAlarm", {**alarm, "Tags": [{"Key": "a", "Value": "v" * 257}]}, "ValidationError"),
        ("PutMetricAlarm", {}, "ValidationError"),
        ("DescribeAlarms", {"MaxRecords": 101}, "ValidationError"),
        ("DescribeAlarms", {"NextToken": "?"}, "InvalidNextToken"),
        ("DescribeAlarms", {"StateValue": "MOOD"}, "ValidationError"),
        ("DescribeAlarmsForMetric", {"Namespace": "Referee"}, "ValidationError"),
        ("DescribeAlarmHistory", {"NextToken": "?"}, "InvalidNextToken"),
        ("DescribeAlarmHistory", {"HistoryItemType": "Mood"}, "ValidationError"),
        ("DeleteAlarms", {"AlarmNames": ["refused", "nobody"]}, "ResourceNotFound"),
        ("DeleteAlarms", {"AlarmNames": many}, "ValidationError"),
        ("SetAlarmState", {**state, "AlarmName": "nobody"}, "ResourceNotFound"),
        ("SetAlarmState", {**state, "StateValue": "MOOD"}, "ValidationError"),
        ("SetAlarmState", {**state, "StateReasonData": "{"}, "InvalidFormat"),
        ("EnableAlarmActions", {"AlarmNames": many}, "ValidationError"),
        ("DisableAlarmActions", {"AlarmNames": many}, "ValidationError"),
        ("PutMetricData", {"Namespace": "AWS/ELB", "MetricData": []}, "InvalidParameterValue"),
        ("PutMetricData", {"Namespace": "a", "MetricData": [{"MetricName": "b"}]}, "MissingParameter"),
        ("GetMetricStatistics", {**statistics, **backwards}, "InvalidParameterValue"),
        ("GetMetricStatistics", {**statistics, "Statistics": []}, "InvalidParameterCombination"),
        ("GetMetricStatistics", {**statistics, "Period": 1}, "InvalidParameterCombination"),
        ("GetMetricData", {**query, **backwards}, "ValidationError"),
        ("ListMetrics", {"NextToken": "?"}, "InvalidNextToken"),
        ("TagResource", {"ResourceARN": f"{arn}x", "Tags": twice[:1]}, "ResourceNotFoundException"),
        ("TagResource", {"ResourceARN": arn, "Tags": twice}, "ValidationError"),
        ("UntagResource", {"ResourceARN": f"{arn}x", "TagKeys": ["a"]}, "ResourceNotFoundException"),
        ("ListTagsForResource", {"ResourceARN": f"{arn}x"}, "ResourceNotFoundException"),
        ("ListDashboards", {}, "InvalidAction"),
    ]


def policy_cases(account, it):
    of = {"AutoScalingGroupName": it["name"]}
    simple = {**of, "PolicyName": "simple", "AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 0}
    account.autoscaling.put_scaling_policy(**simple)
    step = {**of, "PolicyName": "step", "PolicyType": "StepScaling", "AdjustmentType": "ChangeInCapacity"}
    gap = [
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 1.0, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 2.0, "ScalingAdjustment": 2},
    ]
    tracking = {**of, "PolicyName": "track", "PolicyType": "TargetTrackingScaling"}
    unlabelled = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"}, "TargetValue": 1.0}
    return [
        ("PutScalingPolicy", {**simple, "AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("PutScalingPolicy", {**simple, "AdjustmentType": "Double"}, "ValidationError"),
        ("PutScalingPolicy", {**of, "PolicyName": "new", "AdjustmentType": "ChangeInCapacity"}, "ValidationError"),
        ("PutScalingPolicy", {**simple, "PolicyType": "Magic"}, "ValidationError"),
        ("PutScalingPolicy", {**step, "StepAdjustments": gap}, "ValidationError"),
        ("PutScalingPolicy", tracking, "ValidationError"),
        ("PutScalingPolicy", {**tracking, "TargetTrackingConfiguration": unlabelled}, "ValidationError"),
        ("DescribePolicies", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DescribePolicies", {"NextToken": "?"}, "InvalidNextToken"),
        ("DeletePolicy", {**of, "PolicyName": "nobody"}, "ValidationError"),
        ("DeletePolicy", {"PolicyName": "simple"}, "ValidationError"),
        ("ExecutePolicy", {**of, "PolicyName": "nobody"}, "ValidationError"),
        ("ExecutePolicy", {**of, "PolicyName": "simple", "MetricValue": 1.0}, "ValidationError"),
    ]
