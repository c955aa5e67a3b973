"""What Application and Network Load Balancers and their target groups refuse: operation, parameters, AWS's code."""

VPC = "vpc-00000000000000001"
PREFIX = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
NO_BALANCER = {"LoadBalancerArn": f"{PREFIX}:loadbalancer/app/nobody/50dc6c495c0c9188"}
NO_GROUP = {"TargetGroupArn": f"{PREFIX}:targetgroup/nobody/73e2d6bc24d8a067"}
NO_LISTENER = {"ListenerArn": f"{PREFIX}:listener/app/nobody/50dc6c495c0c9188/f2f7dc8efc522ab2"}
NO_RULE = {"RuleArn": f"{PREFIX}:listener-rule/app/nobody/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"}


def target_group_cases(account, it):
    subject = make_subject(account, it)
    cases = [balancer_cases(it, subject), group_cases(it, subject), listener_cases(subject), rule_cases(subject)]
    return [case for part in cases for case in part]


def make_subject(account, it):
    elbv2, name = account.elbv2, it["name"]
    placed = {"Subnets": it["subnets"], "SecurityGroups": [it["security_group"]]}
    balancers = [
        elbv2.create_load_balancer(Name=each, **placed)["LoadBalancers"][0]["LoadBalancerArn"]
        for each in [name, f"{name}-other"]
    ]
    group, flow = [
        elbv2.create_target_group(Name=f"{name}-{protocol}", Protocol=protocol, Port=8080, VpcId=VPC)["TargetGroups"][0]
        for protocol in ["HTTP", "TCP"]
    ]
    action = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    given = {"Protocol": "HTTP", "Port": 8080, "DefaultActions": [action]}
    listener = elbv2.create_listener(LoadBalancerArn=balancers[0], **given)["Listeners"][0]["ListenerArn"]
    protected = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancers[0], Attributes=protected)
    path = [{"Field": "path-pattern", "Values": ["/a"]}]
    elbv2.create_rule(ListenerArn=listener, Priority=1, Conditions=path, Actions=[action])
    default = elbv2.describe_rules(ListenerArn=listener)["Rules"][-1]["RuleArn"]
    return {
        "balancer": {"LoadBalancerArn": balancers[0]},
        "other": {"LoadBalancerArn": balancers[1]},
        "group": {"TargetGroupArn": group["TargetGroupArn"]},
        "flow": {"TargetGroupArn": flow["TargetGroupArn"]},
        "listener": {"ListenerArn": listener},
        "default": {"RuleArn": default},
        "action": action,
        "path": path,
    }


def balancer_cases(it, subject):
    new = {"Name": "new", "Subnets": it["subnets"]}
    attribute = {"Attributes": [{"Key": "mood", "Value": "good"}]}
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    return [
        ("CreateLoadBalancer", {**new, "Name": it["name"]}, "DuplicateLoadBalancerName"),
        ("CreateLoadBalancer", {**new, "Name": "under_score"}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "Name": "internal-a"}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "Subnets": it["subnets"][:1]}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "Subnets": ["subnet-0123456789abcdef0"]}, "SubnetNotFound"),
        ("CreateLoadBalancer", {**new, "SecurityGroups": ["sg-0123456789abcdef0"]}, "InvalidSecurityGroup"),
        ("CreateLoadBalancer", {**new, "Type": "gateway"}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "Tags": twice}, "DuplicateTagKeys"),
        ("DescribeLoadBalancers", {"Names": ["nobody"]}, "LoadBalancerNotFound"),
        ("DescribeLoadBalancers", {"LoadBalancerArns": ["nobody"]}, "ValidationError"),
        ("DeleteLoadBalancer", subject["balancer"], "OperationNotPermitted"),
        ("DescribeLoadBalancerAttributes", NO_BALANCER, "LoadBalancerNotFound"),
        ("ModifyLoadBalancerAttributes", {**subject["balancer"], **attribute}, "ValidationError"),
        ("SetSecurityGroups", {**subject["balancer"], "SecurityGroups": ["sg-0123456789abcdef0"]}, "InvalidSecurityGroup"),
        ("SetSubnets", {**subject["balancer"], "Subnets": it["subnets"][:1]}, "ValidationError"),
        ("AddTags", {"ResourceArns": [NO_GROUP["TargetGroupArn"]], "Tags": twice[:1]}, "TargetGroupNotFound"),
        ("AddTags", {"ResourceArns": [subject["group"]["TargetGroupArn"]], "Tags": twice}, "DuplicateTagKeys"),
        ("RemoveTags", {"ResourceArns": [NO_RULE["RuleArn"]], "TagKeys": ["a"]}, "RuleNotFound"),
        ("DescribeTags", {"ResourceArns": [NO_BALANCER["LoadBalancerArn"]]}, "LoadBalancerNotFound"),
    ]


def group_cases(it, subject):
    new = {"Name": "new", "Protocol": "HTTP", "Port": 8080, "VpcId": VPC}
    group = subject["group"]
    stranger = {"Targets": [{"Id": "i-0123456789abcdef0"}]}
    attribute = {"Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "3601"}]}
    return [
        ("CreateTargetGroup", {**new, "Name": f"{it['name']}-HTTP", "Port": 80}, "DuplicateTargetGroupName"),
        ("CreateTargetGroup", {**new, "Name": "-a"}, "ValidationError"),
        ("CreateTargetGroup", {**new, "TargetType": "lambda"}, "ValidationError"),
        ("CreateTargetGroup", {**new, "HealthCheckIntervalSeconds": 4}, "ValidationError"),
        ("CreateTargetGroup", {"Name": "new"}, "ValidationError"),
        ("DescribeTargetGroups", {"Names": ["nobody"]}, "TargetGroupNotFound"),
        ("ModifyTargetGroup", {**group, "HealthCheckTimeoutSeconds": 60}, "ValidationError"),
        ("ModifyTargetGroup", NO_GROUP, "TargetGroupNotFound"),
        ("DescribeTargetGroupAttributes", NO_GROUP, "TargetGroupNotFound"),
        ("ModifyTargetGroupAttributes", {**group, **attribute}, "ValidationError"),
        ("DeleteTargetGroup", group, "ResourceInUse"),
        ("RegisterTargets", {**group, **stranger}, "InvalidTarget"),
        ("RegisterTargets", {**group, "Targets": [{"Id": it["ended"]}]}, "InvalidTarget"),
        ("DeregisterTargets", {**NO_GROUP, **stranger}, "TargetGroupNotFound"),
        ("DescribeTargetHealth", {**group, **stranger}, "InvalidTarget"),
    ]


def listener_cases(subject):
    balancer, action = subject["balancer"], subject["action"]
    new = {**balancer, "Protocol": "HTTP", "Port": 8081, "DefaultActions": [action]}
    secure = {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a"}]}
    unknown = {"Type": "forward", **NO_GROUP}
    other = {"Type": "forward", **subject["flow"]}
    login = {"Type": "authenticate-cognito", "Order": 1}
    two = [{**action, "Order": 1}, {**fixed("200"), "Order": 2}]
    return [
        ("CreateListener", {**new, "Port": 8080, "Protocol": "HTTPS"}, "ValidationError"),
        ("CreateListener", {**new, "Port": 8080, "DefaultActions": [fixed("200")]}, "DuplicateListener"),
        ("CreateListener", {**new, "Protocol": "TCP"}, "ValidationError"),
        ("CreateListener", {**new, **secure}, "CertificateNotFound"),
        ("CreateListener", {**new, "DefaultActions": [unknown]}, "TargetGroupNotFound"),
        ("CreateListener", {**new, "DefaultActions": [other]}, "IncompatibleProtocols"),
        ("CreateListener", {**new, "DefaultActions": [login]}, "InvalidLoadBalancerAction"),
        ("CreateListener", {**new, "DefaultActions": two}, "TooManyActions"),
        ("CreateListener", {**new, **subject["other"]}, "TargetGroupAssociationLimit"),
        ("CreateListener", {**new, **NO_BALANCER}, "LoadBalancerNotFound"),
        ("DescribeListeners", NO_BALANCER, "LoadBalancerNotFound"),
        ("DescribeListeners", {"ListenerArns": [NO_LISTENER["ListenerArn"]]}, "ListenerNotFound"),
        ("ModifyListener", {**NO_LISTENER, "Port": 80}, "ListenerNotFound"),
        ("ModifyListener", {**subject["listener"], "DefaultActions": [fixed("302")]}, "ValidationError"),
        ("DeleteListener", NO_LISTENER, "ListenerNotFound"),
        ("DescribeListenerAttributes", NO_LISTENER, "ListenerNotFound"),
        ("ModifyListenerAttributes", {**subject["listener"], "Attributes": [{"Key": "mood", "Value": "good"}]}, "ValidationError"),
        ("DescribeListenerCertificates", NO_LISTENER, "ListenerNotFound"),
    ]


def fixed(status):
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}


def rule_cases(subject):
    new = {**subject["listener"], "Priority": 2, "Conditions": subject["path"], "Actions": [subject["action"]]}
    many = [{"Field": "path-pattern", "Values": [f"/{each}" for each in range(6)]}]
    return [
        ("CreateRule", {**new, "Priority": 1}, "PriorityInUse"),
        ("CreateRule", {**new, "Priority": 50_001}, "ValidationError"),
        ("CreateRule", {**new, "Conditions": many}, "ValidationError"),
        ("CreateRule", {**new, **NO_LISTENER}, "ListenerNotFound"),
        ("DescribeRules", {"RuleArns": [NO_RULE["RuleArn"]]}, "RuleNotFound"),
        ("ModifyRule", {**NO_RULE, "Actions": [subject["action"]]}, "RuleNotFound"),
        ("DeleteRule", subject["default"], "OperationNotPermitted"),
        ("SetRulePriorities", {"RulePriorities": [{**subject["default"], "Priority": 3}]}, "OperationNotPermitted"),
    ]


def binding_cases(it):
    of = {"AutoScalingGroupName": it["name"]}
    groups = {"TargetGroupARNs": [NO_GROUP["TargetGroupArn"]]}
    sources = {"TrafficSources": [{"Identifier": NO_GROUP["TargetGroupArn"], "Type": "elbv2"}]}
    return [
        ("AttachLoadBalancerTargetGroups", {**of, **groups}, "ValidationError"),
        ("DetachLoadBalancerTargetGroups", {**of, **groups}, "ValidationError"),
        ("AttachTrafficSources", {**of, **sources}, "ValidationError"),
        ("DetachTrafficSources", {**of, **sources}, "ValidationError"),
    ]
