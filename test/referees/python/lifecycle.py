"""Lifecycle hooks that hold instances: at launch and at termination, until somebody answers or nobody does."""

from account import check, until
from fleet import members, settled

HOOKS = {
    "warm": {"LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING", "DefaultResult": "ABANDON"},
    "drain": {"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "DefaultResult": "CONTINUE"},
}


def story(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    before = members(account, group)
    for name, hook in HOOKS.items():
        autoscaling.put_lifecycle_hook(**of, LifecycleHookName=name, **hook)
    autoscaling.set_desired_capacity(**of, DesiredCapacity=len(before) + 1)
    held = until("the new one waits", lambda: waiting(account, group, "Pending:Wait"))
    action = {**of, "InstanceId": held[0]}
    autoscaling.record_lifecycle_action_heartbeat(**action, LifecycleHookName="warm")
    check("it has no traffic meanwhile", held[0] in registered(account, group), False)
    autoscaling.complete_lifecycle_action(**action, LifecycleHookName="warm", LifecycleActionResult="CONTINUE")
    check("it is in service when the hook is answered", held[0] in settled(account, group, len(before) + 1), True)
    autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=held[0], ShouldDecrementDesiredCapacity=True)
    until("it waits before its end", lambda: waiting(account, group, "Terminating:Wait") == held)
    check("it has no traffic any more", held[0] in registered(account, group), False)
    latest = autoscaling.describe_scaling_activities(**of, MaxRecords=1)["Activities"][0]
    check("its end is under way", latest["StatusCode"], "MidLifecycleAction")
    autoscaling.complete_lifecycle_action(**action, LifecycleHookName="drain", LifecycleActionResult="CONTINUE")
    check("the others stay", settled(account, group, len(before)), before)
    for name in HOOKS:
        autoscaling.delete_lifecycle_hook(**of, LifecycleHookName=name)


def waiting(account, group, state):
    described = account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
    return [each["InstanceId"] for each in described["Instances"] if each["LifecycleState"] == state]


def registered(account, balancer):
    described = account.elb.describe_load_balancers(LoadBalancerNames=[balancer])["LoadBalancerDescriptions"][0]
    return [each["InstanceId"] for each in described["Instances"]]


def lifecycle_cases(it):
    action = {"AutoScalingGroupName": it["name"], "LifecycleHookName": "nobody", "InstanceId": it["member"]}
    return [
        ("CompleteLifecycleAction", {**action, "LifecycleActionResult": "CONTINUE"}, "ValidationError"),
        ("CompleteLifecycleAction", action, "ValidationError"),
        ("RecordLifecycleActionHeartbeat", action, "ValidationError"),
    ]
