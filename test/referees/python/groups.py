"""An Auto Scaling group behind a balancer: made, read, changed by every move of a deployment, and taken down."""

import lifecycle
import schedules
from account import check, pages, until, wait
from balancers import SERVICE
from fleet import make_balancer, make_group, make_network, members, settled
from instances import ids_of

NAME = "referee"


def story(account):
    network = make_network(account, NAME)
    make_balancer(account, network, NAME)
    account.ec2.create_key_pair(KeyName=NAME, KeyType="ed25519")
    ids = make_group(account, network, NAME, 2, SERVICE, NAME, [NAME])
    wait(account.elb, "instance_in_service", LoadBalancerName=NAME, Instances=named(ids))
    read(account, ids)
    processes_and_hooks(account)
    tags(account)
    schedules.story(account, NAME)
    lifecycle.story(account, NAME)
    sizes(account)
    health(account)
    moves(account, network)
    bindings(account, network)
    take_down(account, network)


def read(account, ids):
    autoscaling = account.autoscaling
    group = described(account)
    sizes = [group["MinSize"], group["DesiredCapacity"], group["MaxSize"]]
    check("sizes are kept", sizes, [2, 2, 3])
    configurations, _ = pages(autoscaling, "describe_launch_configurations", "LaunchConfigurations")
    check("the launch configuration is kept", configurations[0]["MetadataOptions"]["HttpTokens"], "required")
    instances, count = pages(autoscaling, "describe_auto_scaling_instances", "AutoScalingInstances", size=1)
    check("members come in pages", [sorted(each["InstanceId"] for each in instances), count], [ids, 2])
    activities, _ = pages(
        autoscaling, "describe_scaling_activities", "Activities", size=1, AutoScalingGroupName=NAME
    )
    check("two launches are on record", [each["StatusCode"] for each in activities], ["Successful"] * 2)
    balancers = autoscaling.describe_load_balancers(AutoScalingGroupName=NAME)["LoadBalancers"]
    sources = autoscaling.describe_traffic_sources(AutoScalingGroupName=NAME)["TrafficSources"]
    check("a balancer is a source of traffic", [source["Type"] for source in sources], ["elb"] * len(balancers))
    check("groups are counted", autoscaling.describe_account_limits()["NumberOfAutoScalingGroups"] > 0, True)
    autoscaling.describe_termination_policy_types()
    autoscaling.describe_lifecycle_hook_types()
    check("the balancer is in service", balancers, [{"LoadBalancerName": NAME, "State": "InService"}])
    empty = [
        autoscaling.describe_policies(AutoScalingGroupName=NAME)["ScalingPolicies"],
        autoscaling.describe_scheduled_actions(AutoScalingGroupName=NAME)["ScheduledUpdateGroupActions"],
        autoscaling.describe_notification_configurations()["NotificationConfigurations"],
        autoscaling.describe_instance_refreshes(AutoScalingGroupName=NAME)["InstanceRefreshes"],
        autoscaling.describe_warm_pool(AutoScalingGroupName=NAME)["Instances"],
        autoscaling.describe_load_balancer_target_groups(AutoScalingGroupName=NAME)["LoadBalancerTargetGroups"],
    ]
    check("it has nothing that it was not given", empty, [[]] * 6)


def processes_and_hooks(account):
    autoscaling = account.autoscaling
    kinds = {each["ProcessName"] for each in autoscaling.describe_scaling_process_types()["Processes"]}
    check("the processes are AWS's", {"AZRebalance", "Launch", "Terminate", "HealthCheck"} <= kinds, True)
    autoscaling.suspend_processes(AutoScalingGroupName=NAME, ScalingProcesses=["AZRebalance", "ScheduledActions"])
    autoscaling.resume_processes(AutoScalingGroupName=NAME, ScalingProcesses=["ScheduledActions"])
    suspended = [each["ProcessName"] for each in described(account)["SuspendedProcesses"]]
    check("one process is suspended", suspended, ["AZRebalance"])
    autoscaling.resume_processes(AutoScalingGroupName=NAME)
    autoscaling.put_lifecycle_hook(
        AutoScalingGroupName=NAME,
        LifecycleHookName="drain",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=60,
    )
    hooks = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=NAME)["LifecycleHooks"]
    check("a hook has its defaults", [hooks[0]["DefaultResult"], hooks[0]["GlobalTimeout"]], ["ABANDON", 6000])
    autoscaling.delete_lifecycle_hook(AutoScalingGroupName=NAME, LifecycleHookName="drain")


def tags(account):
    tag = {"ResourceId": NAME, "ResourceType": "auto-scaling-group", "Key": "tier"}
    account.autoscaling.create_or_update_tags(Tags=[{**tag, "Value": "front", "PropagateAtLaunch": False}])
    filters = [{"Name": "auto-scaling-group", "Values": [NAME]}]
    found, count = pages(account.autoscaling, "describe_tags", "Tags", size=1, Filters=filters)
    check("tags come in pages", [sorted(each["Key"] for each in found), count], [["Name", "tier"], 2])
    account.autoscaling.delete_tags(Tags=[tag])


def sizes(account):
    account.autoscaling.set_desired_capacity(AutoScalingGroupName=NAME, DesiredCapacity=3)
    ids = settled(account, NAME, 3)
    account.autoscaling.set_instance_protection(
        AutoScalingGroupName=NAME, InstanceIds=ids[:1], ProtectedFromScaleIn=True
    )
    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=NAME, MaxSize=2)
    left = settled(account, NAME, 2)
    check("a protected instance is not scaled in", ids[0] in left, True)
    account.autoscaling.set_instance_protection(
        AutoScalingGroupName=NAME, InstanceIds=ids[:1], ProtectedFromScaleIn=False
    )
    account.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=NAME, MaxSize=6, HealthCheckGracePeriod=60, DefaultCooldown=10
    )


def health(account):
    sick, well = members(account, NAME)
    account.autoscaling.set_instance_health(
        InstanceId=sick, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False
    )
    until("the sick one is replaced", lambda: sick not in members(account, NAME) and settled(account, NAME, 2))
    check("the other one stays", well in members(account, NAME), True)


def moves(account, network):
    """What a deployment does: attach, standby and back, detach, terminate by name."""
    autoscaling = account.autoscaling
    green = ids_of(account.ec2.run_instances(ImageId=network["image"], MinCount=2, MaxCount=2, UserData=SERVICE))
    wait(account.ec2, "instance_running", InstanceIds=green)
    blue = members(account, NAME)
    autoscaling.attach_instances(AutoScalingGroupName=NAME, InstanceIds=green)
    check("four are in service", settled(account, NAME, 4), sorted(blue + green))
    autoscaling.enter_standby(AutoScalingGroupName=NAME, InstanceIds=blue, ShouldDecrementDesiredCapacity=True)
    until("blue is in standby", lambda: states(account, blue) == {"Standby"})
    wait(account.elb, "instance_deregistered", LoadBalancerName=NAME, Instances=named(blue))
    autoscaling.exit_standby(AutoScalingGroupName=NAME, InstanceIds=blue[:1])
    until("one is back", lambda: states(account, blue[:1]) == {"InService"})
    detached = autoscaling.detach_instances(
        AutoScalingGroupName=NAME, InstanceIds=blue[:1], ShouldDecrementDesiredCapacity=True
    )["Activities"]
    check("an activity is begun", len(detached), 1)
    until("it has left the group", lambda: states(account, blue[:1]) == set())
    autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=blue[1], ShouldDecrementDesiredCapacity=True)
    until("the other one is gone", lambda: states(account, blue[1:]) == set())
    check("green is what is left", settled(account, NAME, 2), green)
    account.ec2.terminate_instances(InstanceIds=blue[:1])


def bindings(account, network):
    make_balancer(account, network, "second", port=8081)
    account.autoscaling.attach_load_balancers(AutoScalingGroupName=NAME, LoadBalancerNames=["second"])
    wait(account.elb, "instance_in_service", LoadBalancerName="second", Instances=named(members(account, NAME)))
    account.autoscaling.detach_load_balancers(AutoScalingGroupName=NAME, LoadBalancerNames=["second"])
    check("one balancer is left", described(account)["LoadBalancerNames"], [NAME])
    account.elb.delete_load_balancer(LoadBalancerName="second")


def take_down(account, network):
    autoscaling = account.autoscaling
    ids = members(account, NAME)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=NAME, MinSize=0, DesiredCapacity=0)
    settled(account, NAME, 0)
    wait(account.ec2, "instance_terminated", InstanceIds=ids)
    until("nothing is under way", lambda: all(each.get("EndTime") for each in activities(account)))
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=NAME)
    left, _ = pages(autoscaling, "describe_auto_scaling_groups", "AutoScalingGroups")
    check("no group is left", left, [])
    autoscaling.delete_launch_configuration(LaunchConfigurationName=f"{NAME}-1")
    account.elb.delete_load_balancer(LoadBalancerName=NAME)
    account.ec2.delete_security_group(GroupId=network["security_group"])
    account.ec2.delete_key_pair(KeyName=NAME)


def activities(account):
    return account.autoscaling.describe_scaling_activities(AutoScalingGroupName=NAME)["Activities"]


def described(account):
    return account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"][0]


def states(account, ids):
    return {each["LifecycleState"] for each in described(account)["Instances"] if each["InstanceId"] in ids}


def named(ids):
    return [{"InstanceId": each} for each in ids]
