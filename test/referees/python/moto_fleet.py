"""
Makes the fleet that is replaced on moto: a group `web` of two behind a balancer, with two alarms and some traffic, and
balancers on their own. With `template` the group launches from a launch template, with `mixed` by a mixed instances
policy.
"""

import datetime
import sys

from account import Account
from fleet import make_balancer, make_configuration, make_group, make_mixed, make_network, make_template
from parts import make_parts

NAME = "web"

account = Account()
network = make_network(account, NAME)
network["subnets"] = network["subnets"][:3]
account.ec2.create_key_pair(KeyName=NAME)
for balancer in [NAME, "extra", "green"]:
    make_balancer(account, network, balancer)
sources = {"template": make_template, "mixed": make_mixed}
source = sources.get(sys.argv[-1], make_configuration)
ids = make_group(account, network, NAME, 2, "#!/bin/sh\n", NAME, [NAME], source)
named = [{"InstanceId": each} for each in ids]
account.elb.register_instances_with_load_balancer(LoadBalancerName="extra", Instances=named)

policies = {
    "sticky": ("LBCookieStickinessPolicyType", {"CookieExpirationPeriod": "60"}),
    "proxied": ("ProxyProtocolPolicyType", {"ProxyProtocol": "true"}),
}
for policy, (kind, attributes) in policies.items():
    account.elb.create_load_balancer_policy(
        LoadBalancerName="extra",
        PolicyName=policy,
        PolicyTypeName=kind,
        PolicyAttributes=[{"AttributeName": name, "AttributeValue": value} for name, value in attributes.items()],
    )
account.elb.set_load_balancer_policies_of_listener(
    LoadBalancerName="extra", LoadBalancerPort=8080, PolicyNames=["sticky"]
)
account.elb.set_load_balancer_policies_for_backend_server(
    LoadBalancerName="extra", InstancePort=8080, PolicyNames=["proxied"]
)
make_parts(account, NAME, ids)

judged = {"EvaluationPeriods": 3, "Threshold": 70.5, "ComparisonOperator": "GreaterThanThreshold", "Period": 60}
account.cloudwatch.put_metric_alarm(
    AlarmName="web-busy",
    AlarmDescription="web is busy",
    Namespace="AWS/EC2",
    MetricName="CPUUtilization",
    Dimensions=[{"Name": "AutoScalingGroupName", "Value": NAME}],
    Statistic="Average",
    Unit="Percent",
    DatapointsToAlarm=2,
    TreatMissingData="breaching",
    AlarmActions=[
        "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:autoScalingGroupName/web:policyName/out"
    ],
    Tags=[{"Key": "team", "Value": "web"}],
    **judged,
)
account.cloudwatch.put_metric_alarm(
    AlarmName="web-slow",
    ActionsEnabled=False,
    Namespace="AWS/ELB",
    MetricName="Latency",
    Dimensions=[{"Name": "LoadBalancerName", "Value": NAME}],
    ExtendedStatistic="p99",
    EvaluateLowSampleCountPercentile="ignore",
    **judged,
)
before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=3)
seen = {"Dimensions": [{"Name": "LoadBalancerName", "Value": NAME}], "Unit": "Count", "Timestamp": before}
account.cloudwatch.put_metric_data(
    Namespace="AWS/ELB",
    MetricData=[{"MetricName": name, "Value": 2.0, **seen} for name in ["RequestCount", "HealthyHostCount"]],
)
