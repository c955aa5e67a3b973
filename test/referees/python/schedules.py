"""What belongs to a group besides its instances: scheduled actions, notifications, collected metrics, a warm pool."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from account import check, pages, until

TOPIC = "arn:aws:sns:us-east-1:123456789012:fleet"


def story(account, group):
    scheduled_actions(account, group)
    notifications(account, group)
    metrics(account, group)
    warm_pool(account, group)
    options(account, group)


def scheduled_actions(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    start = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=2)
    autoscaling.put_scheduled_update_group_action(
        **of, ScheduledActionName="night", Recurrence="0 22 * * *", TimeZone="Europe/Berlin", MinSize=1
    )
    failed = autoscaling.batch_put_scheduled_update_group_action(
        **of,
        ScheduledUpdateGroupActions=[
            {"ScheduledActionName": "sale", "StartTime": start, "MaxSize": 9},
            {"ScheduledActionName": "late", "StartTime": start - timedelta(days=9), "MaxSize": 9},
        ],
    )["FailedScheduledUpdateGroupActions"]
    check("the one in the past is refused", [each["ScheduledActionName"] for each in failed], ["late"])
    found, count = pages(
        autoscaling, "describe_scheduled_actions", "ScheduledUpdateGroupActions", size=1, **of
    )
    kept = [[each["ScheduledActionName"], each.get("TimeZone")] for each in found]
    check("actions come in pages", [kept, count], [[["night", "Europe/Berlin"], ["sale", None]], 2])
    check("a start is kept", found[1]["StartTime"], start)
    berlin = found[0]["StartTime"].astimezone(ZoneInfo("Europe/Berlin"))
    check("one that recurs starts at its next time", [berlin.hour, found[0]["StartTime"] > datetime.now(timezone.utc)], [22, True])
    autoscaling.delete_scheduled_action(**of, ScheduledActionName="night")
    autoscaling.batch_delete_scheduled_action(**of, ScheduledActionNames=["sale"])
    soon = datetime.now(timezone.utc) + timedelta(seconds=1)
    autoscaling.put_scheduled_update_group_action(**of, ScheduledActionName="soon", StartTime=soon, MaxSize=7)
    until("it happens at its time", lambda: described(account, group)["MaxSize"] == 7)
    check("and is gone then", names(account, group), [])
    missed(account, group)


def missed(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    autoscaling.suspend_processes(**of, ScalingProcesses=["ScheduledActions"])
    for name, seconds, size in [("missed", 1, 8), ("next", 3, 7)]:
        start = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        autoscaling.put_scheduled_update_group_action(**of, ScheduledActionName=name, StartTime=start, MaxSize=size)
    until("its time has passed", lambda: datetime.now(timezone.utc) > start - timedelta(seconds=1))
    autoscaling.resume_processes(**of, ScalingProcesses=["ScheduledActions"])
    until("the next one happens", lambda: names(account, group) == ["missed"])
    check("one whose time passed in suspense is not made up for", described(account, group)["MaxSize"], 7)
    autoscaling.delete_scheduled_action(**of, ScheduledActionName="missed")


def notifications(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    kinds = autoscaling.describe_auto_scaling_notification_types()["AutoScalingNotificationTypes"]
    autoscaling.put_notification_configuration(**of, TopicARN=TOPIC, NotificationTypes=kinds[:2])
    found, _ = pages(
        autoscaling,
        "describe_notification_configurations",
        "NotificationConfigurations",
        size=1,
        AutoScalingGroupNames=[group],
    )
    check("one of each kind is shown", [each["NotificationType"] for each in found], kinds[:2])
    autoscaling.delete_notification_configuration(**of, TopicARN=TOPIC)


def metrics(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    known = autoscaling.describe_metric_collection_types()
    check("metrics are counted by the minute", known["Granularities"], [{"Granularity": "1Minute"}])
    autoscaling.enable_metrics_collection(**of, Granularity="1Minute", Metrics=["GroupMinSize", "GroupMaxSize"])
    autoscaling.disable_metrics_collection(**of, Metrics=["GroupMaxSize"])
    collected = described(account, group)["EnabledMetrics"]
    check("one is collected", collected, [{"Metric": "GroupMinSize", "Granularity": "1Minute"}])
    autoscaling.disable_metrics_collection(**of)


def warm_pool(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    autoscaling.put_warm_pool(**of, MinSize=0, PoolState="Hibernated", InstanceReusePolicy={"ReuseOnScaleIn": True})
    pool = autoscaling.describe_warm_pool(**of)["WarmPoolConfiguration"]
    kept = {"MinSize": 0, "PoolState": "Hibernated", "InstanceReusePolicy": {"ReuseOnScaleIn": True}}
    check("the pool is kept", [pool, described(account, group)["WarmPoolConfiguration"]], [kept, kept])
    autoscaling.delete_warm_pool(**of)


def options(account, group):
    autoscaling, of = account.autoscaling, {"AutoScalingGroupName": group}
    policy = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120}
    autoscaling.update_auto_scaling_group(
        **of, MaxInstanceLifetime=864000, DefaultInstanceWarmup=60, CapacityRebalance=True, InstanceMaintenancePolicy=policy
    )
    autoscaling.update_auto_scaling_group(**of, DefaultInstanceWarmup=-1)
    shown = described(account, group)
    kept = [shown["MaxInstanceLifetime"], shown.get("DefaultInstanceWarmup"), shown["CapacityRebalance"]]
    check("options are kept, and taken away", kept, [864000, None, True])
    check("so is how it is maintained", shown["InstanceMaintenancePolicy"], policy)
    autoscaling.update_auto_scaling_group(**of, CapacityRebalance=False, MaxInstanceLifetime=0)
    shown = described(account, group)
    off = [shown["CapacityRebalance"], shown.get("MaxInstanceLifetime")]
    check("instances that are well are replaced no more", off, [False, None])


def schedule_cases(it):
    of = {"AutoScalingGroupName": it["name"]}
    action = {**of, "ScheduledActionName": "new"}
    past = datetime(2020, 1, 1, tzinfo=timezone.utc)
    pool = {**of, "PoolState": "Frozen"}
    return [
        ("PutScheduledUpdateGroupAction", {**action, "StartTime": past, "MinSize": 1}, "ValidationError"),
        ("PutScheduledUpdateGroupAction", {**action, "Recurrence": "0 22 * * *"}, "ValidationError"),
        ("PutScheduledUpdateGroupAction", {**action, "Recurrence": "often", "MinSize": 1}, "ValidationError"),
        ("BatchPutScheduledUpdateGroupAction", of, "ValidationError"),
        ("DescribeScheduledActions", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DescribeScheduledActions", {"NextToken": "?"}, "InvalidNextToken"),
        ("DeleteScheduledAction", {**of, "ScheduledActionName": "nobody"}, "ValidationError"),
        ("BatchDeleteScheduledAction", {**of}, "ValidationError"),
        ("PutNotificationConfiguration", {**of, "TopicARN": TOPIC, "NotificationTypes": ["x"]}, "ValidationError"),
        ("PutNotificationConfiguration", {**of, "TopicARN": "x", "NotificationTypes": []}, "ValidationError"),
        ("DescribeNotificationConfigurations", {"AutoScalingGroupNames": ["nobody"]}, "ValidationError"),
        ("DeleteNotificationConfiguration", {"AutoScalingGroupName": "nobody", "TopicARN": TOPIC}, "ValidationError"),
        ("EnableMetricsCollection", {**of, "Granularity": "1Second"}, "ValidationError"),
        ("EnableMetricsCollection", {**of, "Granularity": "1Minute", "Metrics": ["Mood"]}, "ValidationError"),
        ("DisableMetricsCollection", {**of, "Metrics": ["Mood"]}, "ValidationError"),
        ("PutWarmPool", pool, "ValidationError"),
        ("DeleteWarmPool", of, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "MaxInstanceLifetime": 60}, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "DefaultInstanceWarmup": -2}, "ValidationError"),
    ]


def names(account, group):
    found = account.autoscaling.describe_scheduled_actions(AutoScalingGroupName=group)["ScheduledUpdateGroupActions"]
    return [each["ScheduledActionName"] for each in found]


def described(account, group):
    return account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
