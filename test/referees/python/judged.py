"""Shows that the judge finds what is wrong: answers that break botocore's models in every way it looks for."""

import json

import botocore.session

from account import say
from shapes import problems_of

session = botocore.session.get_session()

QUERY = """<{name}Response xmlns="urn:x"><{name}Result>{members}</{name}Result>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{name}Response>"""
LISTENERS = "<ListenerDescriptions>{}</ListenerDescriptions>"
GROUP = """<AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName><MinSize>1</MinSize>
<MaxSize>{max}</MaxSize><DesiredCapacity>1</DesiredCapacity><DefaultCooldown>1</DefaultCooldown>
<AvailabilityZones>{zones}</AvailabilityZones><HealthCheckType>EC2</HealthCheckType>
<CreatedTime>{created}</CreatedTime>{more}</member></AutoScalingGroups>"""


def group(max="2", zones="<member>a</member>", created="2026-01-01T00:00:00Z", more=""):
    return QUERY.format(
        name="DescribeAutoScalingGroups",
        members=GROUP.format(max=max, zones=zones, created=created, more=more),
    )


def state(name):
    members = f"<instancesSet><item><instanceId>i-1</instanceId><currentState>{name}</currentState></item></instancesSet>"
    return f"<StopInstancesResponse><requestId>1</requestId>{members}</StopInstancesResponse>"


def alarm(threshold, state):
    return json.dumps({"MetricAlarms": [{"Threshold": threshold, "StateValue": state}]})


ANSWERS = {
    "a right answer": ("autoscaling", "DescribeAutoScalingGroups", group()),
    "a wrong number": ("autoscaling", "DescribeAutoScalingGroups", group(max="two")),
    "a missing member": ("autoscaling", "DescribeAutoScalingGroups", group().replace("<MinSize>1</MinSize>", "")),
    "an unknown member": ("autoscaling", "DescribeAutoScalingGroups", group(more="<Colour>blue</Colour>")),
    "a member twice": ("autoscaling", "DescribeAutoScalingGroups", group(more="<MaxSize>2</MaxSize>")),
    "a wrong item": ("autoscaling", "DescribeAutoScalingGroups", group(zones="<item>a</item>")),
    "a wrong time": ("autoscaling", "DescribeAutoScalingGroups", group(created="yesterday")),
    "no result": ("sts", "GetCallerIdentity", group()),
    "a right EC2 answer": ("ec2", "StopInstances", state("<code>80</code><name>stopped</name>")),
    "a value out of an enumeration": ("ec2", "StopInstances", state("<code>80</code><name>asleep</name>")),
    "text instead of members": ("ec2", "StopInstances", state("<Code>80</Code>")),
    "a right JSON answer": ("cloudwatch", "DescribeAlarms", alarm(1.5, "OK")),
    "a wrong JSON answer": ("cloudwatch", "DescribeAlarms", alarm("x", "MOOD")),
    "no header": ("route53", "CreateHostedZone", "<CreateHostedZoneResponse/>"),
}

for case, (service, name, body) in ANSWERS.items():
    model = session.get_service_model(service)
    found = problems_of(model.operation_model(name), model.resolved_protocol, body, {})
    say(case=case, problems=found)
