"""
Makes a fleet with a setting of every kind, that is replicated by others afterwards: rich_fleet.py USER_DATA_FILE

One instance in a group whose name is as long as AWS takes it, behind a balancer whose name is, as `rich.example.test`.
"""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from account import Account, say, wait
from certificates import made_for
from fleet import HEALTH_CHECK, make_configuration, make_network, members, name_balancer, settled

BALANCER = "rich-fleet-balancer-of-32-letter"
GROUP = "rich-fleet-".ljust(255, "g")
RECORD = "rich.example.test"
TOPIC = "arn:aws:sns:us-east-1:123456789012:fleet"


def main(user_data):
    account = Account()
    network = make_network(account, "rich")
    balancer = make_rich_balancer(account, network)
    make_rich_group(account, network, user_data)
    make_parts(account)
    make_alarms(account, make_policies(account))
    zones = account.route53.list_hosted_zones_by_name(DNSName="example.test")["HostedZones"]
    name_balancer(account, zones[0]["Id"], RECORD, balancer)
    settled(account, GROUP, 1)
    named = [{"InstanceId": each} for each in members(account, GROUP)]
    wait(account.elb, "instance_in_service", LoadBalancerName=BALANCER, Instances=named)
    say(group=GROUP, balancer=BALANCER, record=RECORD)


def make_rich_balancer(account, network):
    elb = account.elb
    certificate = account.acm.import_certificate(**made_for(RECORD))["CertificateArn"]
    of = {"LoadBalancerName": BALANCER}
    elb.create_load_balancer(
        **of,
        Listeners=[
            {"Protocol": "HTTP", "LoadBalancerPort": 9180, "InstanceProtocol": "HTTP", "InstancePort": 8080},
            {
                "Protocol": "HTTPS",
                "LoadBalancerPort": 9443,
                "InstanceProtocol": "HTTP",
                "InstancePort": 8080,
                "SSLCertificateId": certificate,
            },
            {"Protocol": "TCP", "LoadBalancerPort": 9900, "InstanceProtocol": "TCP", "InstancePort": 9000},
        ],
        Subnets=network["subnets"],
        SecurityGroups=[network["security_group"]],
        Tags=[{"Key": key, "Value": f"of {key}"} for key in TAGS],
    )
    elb.configure_health_check(**of, HealthCheck={**HEALTH_CHECK, "Timeout": 3})
    elb.modify_load_balancer_attributes(
        **of,
        LoadBalancerAttributes={
            "CrossZoneLoadBalancing": {"Enabled": True},
            "AccessLog": {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 5, "S3BucketPrefix": "rich"},
            "ConnectionDraining": {"Enabled": True, "Timeout": 20},
            "ConnectionSettings": {"IdleTimeout": 45},
            "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "strictest"}],
        },
    )
    elb.create_lb_cookie_stickiness_policy(**of, PolicyName="sticky", CookieExpirationPeriod=60)
    elb.create_app_cookie_stickiness_policy(**of, PolicyName="by-session", CookieName="session")
    for name, kind, attribute, value in [
        ("tls", "SSLNegotiationPolicyType", "Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01"),
        ("proxied", "ProxyProtocolPolicyType", "ProxyProtocol", "true"),
    ]:
        attributes = [{"AttributeName": attribute, "AttributeValue": value}]
        elb.create_load_balancer_policy(**of, PolicyName=name, PolicyTypeName=kind, PolicyAttributes=attributes)
    elb.set_load_balancer_policies_of_listener(**of, LoadBalancerPort=9180, PolicyNames=["sticky"])
    elb.set_load_balancer_policies_of_listener(**of, LoadBalancerPort=9443, PolicyNames=["by-session", "tls"])
    elb.set_load_balancer_policies_for_backend_server(**of, InstancePort=9000, PolicyNames=["proxied"])
    return elb.describe_load_balancers(LoadBalancerNames=[BALANCER])["LoadBalancerDescriptions"][0]


TAGS = ["team", "tier", "cost", "owner", "stage", "tool"]


def make_rich_group(account, network, user_data):
    key = account.ec2.describe_key_pairs()["KeyPairs"][0]["KeyName"]
    tag = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group"}
    account.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        **make_configuration(account, network, "rich", user_data, key),
        MinSize=1,
        MaxSize=3,
        DesiredCapacity=1,
        DefaultCooldown=77,
        VPCZoneIdentifier=",".join(network["subnets"]),
        LoadBalancerNames=[BALANCER],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=123,
        TerminationPolicies=["OldestInstance", "Default"],
        CapacityRebalance=True,
        MaxInstanceLifetime=864000,
        DefaultInstanceWarmup=5,
        InstanceMaintenancePolicy={"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
        LifecycleHookSpecificationList=[
            {
                "LifecycleHookName": "greet",
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                "HeartbeatTimeout": 30,
                "DefaultResult": "CONTINUE",
                "NotificationMetadata": "hello",
            }
        ],
        Tags=[{**tag, "Key": key, "Value": f"of {key}", "PropagateAtLaunch": key < "s"} for key in TAGS],
    )


def make_parts(account):
    """A scheduled action of the future, and one whose time passes while it is suspended."""
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": GROUP}
    now = datetime.now(timezone.utc)
    autoscaling.suspend_processes(**of, ScalingProcesses=["ScheduledActions"])
    autoscaling.put_scheduled_update_group_action(
        **of, ScheduledActionName="past", StartTime=now + timedelta(seconds=1), MaxSize=9
    )
    autoscaling.put_scheduled_update_group_action(
        **of,
        ScheduledActionName="future",
        StartTime=(now + timedelta(days=30)).replace(microsecond=0),
        EndTime=(now + timedelta(days=60)).replace(microsecond=0),
        Recurrence="0 22 * * *",
        TimeZone="Europe/Berlin",
        MinSize=1,
        MaxSize=4,
        DesiredCapacity=2,
    )
    kinds = ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"]
    autoscaling.put_notification_configuration(**of, TopicARN=TOPIC, NotificationTypes=kinds)
    metrics = ["GroupDesiredCapacity", "GroupInServiceInstances"]
    autoscaling.enable_metrics_collection(**of, Granularity="1Minute", Metrics=metrics)


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
        AlarmName="rich-idle",
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


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text())
