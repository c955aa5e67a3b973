"""Application and Network Load Balancers: rules that lead to target groups, whose targets come and go with a group."""

from account import check, pages, until, wait
from balancers import SERVICE
from fleet import make_network
from instances import ids_of

NAME = "targets"
VPC = "vpc-00000000000000001"


def story(account):
    network = make_network(account, NAME)
    groups = [make_group(account, name) for name in ["blue", "green"]]
    balancer = make_balancer(account, network)
    listener = make_listener(account, balancer, groups)
    read(account, balancer, groups)
    settings(account, network, balancer, groups)
    rules(account, listener, groups)
    tags(account, [balancer, groups[0], listener])
    instances = targets(account, network, groups)
    bindings(account, network, groups[1])
    take_down(account, balancer, listener, groups)
    account.ec2.terminate_instances(InstanceIds=instances)
    wait(account.ec2, "instance_terminated", InstanceIds=instances)
    account.ec2.delete_security_group(GroupId=network["security_group"])


def make_group(account, name):
    made = account.elbv2.create_target_group(
        Name=f"{NAME}-{name}",
        Protocol="HTTP",
        Port=8080,
        VpcId=VPC,
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
    )
    return made["TargetGroups"][0]["TargetGroupArn"]


def make_balancer(account, network):
    made = account.elbv2.create_load_balancer(
        Name=NAME,
        Subnets=network["subnets"],
        SecurityGroups=[network["security_group"]],
        Tags=[{"Key": "team", "Value": "web"}],
    )["LoadBalancers"][0]
    check("a new balancer is being provisioned", made["State"], {"Code": "provisioning"})
    wait(account.elbv2, "load_balancer_available", LoadBalancerArns=[made["LoadBalancerArn"]])
    return made["LoadBalancerArn"]


def forward(groups, weights):
    weighted = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(groups, weights)]
    stays = {"Enabled": False}
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted, "TargetGroupStickinessConfig": stays}}]


def make_listener(account, balancer, groups):
    actions = forward(groups, [90, 10])
    made = account.elbv2.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=8080, DefaultActions=actions
    )["Listeners"][0]
    check("weights are kept", made["DefaultActions"], actions)
    return made["ListenerArn"]


def read(account, balancer, groups):
    for name in ["aaa", "bbb"]:
        subnet = account.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        account.elbv2.create_load_balancer(Name=name, Type="network", Subnets=[subnet])
    found, count = pages(account.elbv2, "describe_load_balancers", "LoadBalancers", size=2)
    check("balancers come in pages", [[each["LoadBalancerName"] for each in found], count], [["aaa", "bbb", NAME], 2])
    for each in found[:2]:
        account.elbv2.delete_load_balancer(LoadBalancerArn=each["LoadBalancerArn"])
    wait(account.elbv2, "load_balancers_deleted", LoadBalancerArns=[found[0]["LoadBalancerArn"]])
    behind, _ = pages(account.elbv2, "describe_target_groups", "TargetGroups", LoadBalancerArn=balancer)
    check("the groups are the balancer's", sorted(each["TargetGroupArn"] for each in behind), sorted(groups))
    check("each names its balancer", [each["LoadBalancerArns"] for each in behind], [[balancer]] * 2)


def settings(account, network, balancer, groups):
    elbv2 = account.elbv2
    idle = {"Key": "idle_timeout.timeout_seconds", "Value": "30"}
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[idle])
    found = elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
    check("a balancer's attribute is set", idle in found, True)
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}
    for group in groups:
        elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
    found = elbv2.describe_target_group_attributes(TargetGroupArn=groups[0])["Attributes"]
    check("a group's attribute is set", delay in found, True)
    changed = elbv2.modify_target_group(TargetGroupArn=groups[0], Matcher={"HttpCode": "200-299"})["TargetGroups"]
    check("a health check is changed", changed[0]["Matcher"], {"HttpCode": "200-299"})
    zones = elbv2.set_subnets(LoadBalancerArn=balancer, Subnets=network["subnets"])["AvailabilityZones"]
    check("subnets are set", sorted(zone["SubnetId"] for zone in zones), network["subnets"])
    given = [network["security_group"]]
    applied = elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=given)
    check("security groups are set", applied["SecurityGroupIds"], given)


def rules(account, listener, groups):
    elbv2 = account.elbv2
    made = [
        elbv2.create_rule(ListenerArn=listener, Priority=priority, Conditions=[condition], Actions=[action])
        for priority, condition, action in [
            (10, {"Field": "path-pattern", "Values": ["/next/*"]}, {"Type": "forward", "TargetGroupArn": groups[1]}),
            (
                20,
                {"Field": "host-header", "HostHeaderConfig": {"Values": ["old.example.test"]}},
                {"Type": "redirect", "RedirectConfig": {"Host": "new.example.test", "StatusCode": "HTTP_302"}},
            ),
            (
                30,
                {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["TRACE"]}},
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "405"}},
            ),
        ]
    ]
    arns = [each["Rules"][0]["RuleArn"] for each in made]
    moved = elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": arns[0], "Priority": 40}])["Rules"]
    check("a rule is moved", [each["Priority"] for each in moved], ["40"])
    changed = elbv2.modify_rule(RuleArn=arns[0], Conditions=[{"Field": "path-pattern", "Values": ["/v2/*"]}])
    check("a condition is changed", changed["Rules"][0]["Conditions"][0]["Values"], ["/v2/*"])
    elbv2.delete_rule(RuleArn=arns[1])
    found, _ = pages(elbv2, "describe_rules", "Rules", ListenerArn=listener)
    check("rules stand by priority", [each["Priority"] for each in found], ["30", "40", "default"])
    shifted = elbv2.modify_listener(ListenerArn=listener, DefaultActions=forward(groups, [0, 100]))["Listeners"]
    check("a listener is shifted", shifted[0]["DefaultActions"], forward(groups, [0, 100]))
    hidden = {"Key": "routing.http.response.server.enabled", "Value": "false"}
    elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=[hidden])
    found = elbv2.describe_listener_attributes(ListenerArn=listener)["Attributes"]
    check("a listener's attribute is set", hidden in found, True)
    secured = elbv2.describe_listener_certificates(ListenerArn=listener)["Certificates"]
    check("a plain listener has no certificate", secured, [])


def tags(account, arns):
    account.elbv2.add_tags(ResourceArns=arns, Tags=[{"Key": "tier", "Value": "front"}])
    account.elbv2.remove_tags(ResourceArns=arns, TagKeys=["team"])
    found = account.elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
    check("tags are added and removed", [each["Tags"] for each in found], [[{"Key": "tier", "Value": "front"}]] * 3)


def targets(account, network, groups):
    launched = account.ec2.run_instances(ImageId=network["image"], MinCount=2, MaxCount=2, UserData=SERVICE)
    ids = ids_of(launched)
    wait(account.ec2, "instance_running", InstanceIds=ids)
    named = [{"Id": each} for each in ids]
    of = {"TargetGroupArn": groups[0]}
    account.elbv2.register_targets(**of, Targets=named)
    wait(account.elbv2, "target_in_service", **of, Targets=named)
    account.elbv2.deregister_targets(**of, Targets=named[:1])
    health = account.elbv2.describe_target_health(**of)["TargetHealthDescriptions"]
    states = {each["Target"]["Id"]: each["TargetHealth"]["State"] for each in health}
    check("one drains", states, {ids[0]: "draining", ids[1]: "healthy"})
    wait(account.elbv2, "target_deregistered", **of, Targets=named[:1])
    gone = account.elbv2.describe_target_health(**of, Targets=named[:1])["TargetHealthDescriptions"][0]
    check("it is registered no more", gone["TargetHealth"]["Reason"], "Target.NotRegistered")
    return ids


def bindings(account, network, group):
    scaling, of = account.autoscaling, {"AutoScalingGroupName": NAME}
    source = {"ImageId": network["image"], "InstanceType": "t3.micro", "UserData": SERVICE}
    scaling.create_launch_configuration(LaunchConfigurationName=NAME, **source)
    sizes = {"MinSize": 0, "MaxSize": 1, "DesiredCapacity": 1}
    placed = {"VPCZoneIdentifier": network["subnets"][0], "LaunchConfigurationName": NAME}
    scaling.create_auto_scaling_group(**of, **sizes, **placed, TargetGroupARNs=[group])
    check("a group shows its target groups", described(account)["TargetGroupARNs"], [group])
    wait_healthy(account, group)
    states = scaling.describe_load_balancer_target_groups(**of)["LoadBalancerTargetGroups"]
    check("it is in service", states, [{"LoadBalancerTargetGroupARN": group, "State": "InService"}])
    scaling.detach_load_balancer_target_groups(**of, TargetGroupARNs=[group])
    scaling.attach_load_balancer_target_groups(**of, TargetGroupARNs=[group])
    sources = [{"Identifier": group, "Type": "elbv2"}]
    scaling.detach_traffic_sources(**of, TrafficSources=sources)
    scaling.attach_traffic_sources(**of, TrafficSources=sources)
    check("it is bound again", described(account)["TrafficSources"], sources)
    scaling.delete_auto_scaling_group(**of, ForceDelete=True)
    until("the group is gone", lambda: described(account) is None)
    scaling.delete_launch_configuration(LaunchConfigurationName=NAME)


def wait_healthy(account, group):
    def states():
        found = account.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [each["TargetHealth"]["State"] for each in found]

    until("a member is a healthy target", lambda: states() == ["healthy"])


def described(account):
    found = account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"]
    return found[0] if found else None


def take_down(account, balancer, listener, groups):
    elbv2 = account.elbv2
    elbv2.delete_listener(ListenerArn=listener)
    found, _ = pages(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=balancer)
    check("no listener is left", found, [])
    for group in groups:
        elbv2.delete_target_group(TargetGroupArn=group)
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    wait(elbv2, "load_balancers_deleted", LoadBalancerArns=[balancer])
    check("no group is left", elbv2.describe_target_groups()["TargetGroups"], [])
