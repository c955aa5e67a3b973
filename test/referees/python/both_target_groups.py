"""Does one thing after another with load balancers and target groups, and prints what it saw: for any emulator of AWS."""

import json
import re

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from account import say

config = Config(retries={"total_max_attempts": 1})
elbv2, ec2, autoscaling = (boto3.client(name, config=config) for name in ["elbv2", "ec2", "autoscaling"])
NAME = "both"
NEVER = {"LoadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/no/0123456789abcdef"}


def plain(seen):
    """Without what is another in every account: ids, times, the numbers of names."""
    if isinstance(seen, str):
        seen = re.sub(r"(?<=:)\d{12}(?=:)", "ACCOUNT", seen)
        seen = re.sub(r"(?<=/)[0-9a-f]{16}\b", "ID", seen)
        return re.sub(r"\b(i|vpc|subnet|sg)-[0-9a-f]+\b", r"\1-ID", seen)
    if isinstance(seen, dict):
        return {key: plain(value) for key, value in seen.items() if key not in ["CreatedTime", "DNSName"]}
    return [plain(each) for each in seen] if isinstance(seen, list) else seen


def see(case, call, key=None):
    """Prints what a call answers, or the code of its refusal; answers the whole."""
    try:
        answer = call()
    except ClientError as error:
        say(case=case, seen=error.response["Error"]["Code"])
        return None
    except ResponseParserError:
        say(case=case, seen="HTTP 500")
        return None
    answer.pop("ResponseMetadata")
    for name, value in (plain(answer)[key][0] if key else plain(answer)).items():
        say(case=f"{case}: {name}", seen=json.loads(json.dumps(value, default=str, sort_keys=True)))
    return answer


def attributes(case, answer):
    for each in sorted(answer["Attributes"], key=lambda one: one["Key"]):
        say(case=f"{case}: {each['Key']}", seen=each.get("Value", ""))


def main():
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    group_input = {"Name": NAME, "Protocol": "HTTP", "Port": 8080, "VpcId": vpc}
    group = see("CreateTargetGroup", lambda: elbv2.create_target_group(**group_input), "TargetGroups")
    flow_input = {**group_input, "Name": "flow", "Protocol": "TCP"}
    flow = see("CreateTargetGroup of TCP", lambda: elbv2.create_target_group(**flow_input), "TargetGroups")
    arn, flow_arn = (each["TargetGroups"][0]["TargetGroupArn"] for each in [group, flow])
    made = see("CreateLoadBalancer", lambda: elbv2.create_load_balancer(Name=NAME, Subnets=subnets), "LoadBalancers")
    network = {"Name": "net", "Type": "network", "Subnets": subnets}
    see("CreateLoadBalancer of type network", lambda: elbv2.create_load_balancer(**network), "LoadBalancers")
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    attributes("a balancer's attribute", elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer))
    attributes("a group's attribute", elbv2.describe_target_group_attributes(TargetGroupArn=arn))
    attributes("a TCP group's attribute", elbv2.describe_target_group_attributes(TargetGroupArn=flow_arn))
    listener = listen(balancer, arn)
    rules(listener, arn)
    targets(arn)
    refusals(balancer, arn, group_input, subnets)


def listen(balancer, arn):
    actions = [{"Type": "forward", "TargetGroupArn": arn}]
    given = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": actions}
    made = see("CreateListener", lambda: elbv2.create_listener(**given), "Listeners")
    listener = made["Listeners"][0]["ListenerArn"]
    see("CreateListener again, another", lambda: elbv2.create_listener(**{**given, "Protocol": "HTTPS"}))
    see("DescribeRules of a new listener", lambda: elbv2.describe_rules(ListenerArn=listener), "Rules")
    see("DescribeTargetGroups", lambda: elbv2.describe_target_groups(TargetGroupArns=[arn]), "TargetGroups")
    return listener


def rules(listener, arn):
    path = [{"Field": "path-pattern", "Values": ["/a/*"]}]
    weighted = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": 1}]}
    forward = [{"Type": "forward", "ForwardConfig": weighted}]
    given = {"ListenerArn": listener, "Priority": 5, "Conditions": path, "Actions": forward}
    made = see("CreateRule", lambda: elbv2.create_rule(**given), "Rules")
    see("CreateRule of the same priority", lambda: elbv2.create_rule(**given))
    rule = made["Rules"][0]["RuleArn"]
    moved = [{"RuleArn": rule, "Priority": 7}]
    see("SetRulePriorities", lambda: elbv2.set_rule_priorities(RulePriorities=moved), "Rules")
    default = elbv2.describe_rules(ListenerArn=listener)["Rules"][-1]["RuleArn"]
    see("DeleteRule of the default", lambda: elbv2.delete_rule(RuleArn=default))


def targets(arn):
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    launched = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[launched], WaiterConfig={"Delay": 0.2, "MaxAttempts": 200})
    asked = {"TargetGroupArn": arn, "Targets": [{"Id": launched}]}
    see("DescribeTargetHealth, not registered", lambda: elbv2.describe_target_health(**asked), "TargetHealthDescriptions")
    stranger = {**asked, "Targets": [{"Id": "i-0123456789abcdef0"}]}
    see("RegisterTargets of nobody", lambda: elbv2.register_targets(**stranger))
    see("RegisterTargets", lambda: elbv2.register_targets(**asked))
    see("DeregisterTargets", lambda: elbv2.deregister_targets(**asked))


def refusals(balancer, arn, group, subnets):
    see("DeleteTargetGroup in use", lambda: elbv2.delete_target_group(TargetGroupArn=arn))
    see("CreateTargetGroup again, another", lambda: elbv2.create_target_group(**{**group, "Port": 81}))
    one = {"Name": NAME, "Subnets": subnets, "Scheme": "internal"}
    see("CreateLoadBalancer again, another", lambda: elbv2.create_load_balancer(**one))
    see("CreateLoadBalancer in one zone", lambda: elbv2.create_load_balancer(Name="one", Subnets=subnets[:1]))
    see("DescribeLoadBalancers of nobody", lambda: elbv2.describe_load_balancers(Names=["nobody"]))
    see("DescribeTargetGroups of nobody", lambda: elbv2.describe_target_groups(Names=["nobody"]))
    see("DescribeListeners of nobody", lambda: elbv2.describe_listeners(**NEVER))
    mood = [{"Key": "mood", "Value": "good"}]
    see("ModifyTargetGroupAttributes of none", lambda: elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=mood))
    see("DeleteLoadBalancer of nobody", lambda: elbv2.delete_load_balancer(**NEVER))
    see("DeleteLoadBalancer", lambda: elbv2.delete_load_balancer(LoadBalancerArn=balancer))


main()
