"""An Auto Scaling group with a setting of every kind, and all that belongs to it but its policies."""

from datetime import datetime, timedelta, timezone

from rich_names import BALANCER, CONFIGURATION, GROUP, TOPIC, is_propagated, tags

OF = {"AutoScalingGroupName": GROUP}


def make_rich_group(account, network, user_data):
    make_configuration(account, network, user_data)
    tag = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group"}
    account.autoscaling.create_auto_scaling_group(
        **OF,
        LaunchConfigurationName=CONFIGURATION,
        MinSize=1,
        MaxSize=3,
        DesiredCapacity=1,
        DefaultCooldown=77,
        VPCZoneIdentifier=",".join(network["subnets"]),
        LoadBalancerNames=[BALANCER],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=123,
        TerminationPolicies=["OldestInstance", "Default"],
        NewInstancesProtectedFromScaleIn=True,
        DeletionProtection="prevent-force-deletion",
        CapacityRebalance=True,
        MaxInstanceLifetime=864000,
        DefaultInstanceWarmup=5,
        InstanceMaintenancePolicy={"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
        AvailabilityZoneDistribution={"CapacityDistributionStrategy": "balanced-only"},
        AvailabilityZoneImpairmentPolicy={
            "ZonalShiftEnabled": True,
            "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy",
        },
        CapacityReservationSpecification={"CapacityReservationPreference": "none"},
        InstanceLifecyclePolicy={"RetentionTriggers": {"TerminateHookAbandon": "retain"}},
        LifecycleHookSpecificationList=[
            {
                "LifecycleHookName": "greet",
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                "HeartbeatTimeout": 30,
                "DefaultResult": "CONTINUE",
                "NotificationMetadata": "hello",
                "NotificationTargetARN": TOPIC,
                "RoleARN": "arn:aws:iam::123456789012:role/greeter",
            }
        ],
        Tags=[{**tag, **each, "PropagateAtLaunch": is_propagated(each["Key"])} for each in tags()],
    )


def make_configuration(account, network, user_data):
    account.autoscaling.create_launch_configuration(
        LaunchConfigurationName=CONFIGURATION,
        ImageId=network["image"],
        InstanceType="t3.micro",
        KeyName=account.ec2.describe_key_pairs()["KeyPairs"][0]["KeyName"],
        SecurityGroups=[network["security_group"]],
        UserData=user_data,
        InstanceMonitoring={"Enabled": False},
        EbsOptimized=True,
        AssociatePublicIpAddress=True,
        IamInstanceProfile="rich-profile",
        PlacementTenancy="default",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3", "Throughput": 150}},
            {
                "DeviceName": "/dev/xvdb",
                "Ebs": {"VolumeSize": 9, "VolumeType": "io1", "Iops": 100, "Encrypted": True, "DeleteOnTermination": True},
            },
            {"DeviceName": "/dev/xvdc", "VirtualName": "ephemeral0"},
        ],
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2},
    )


def make_parts(account):
    """A scheduled action of the future, and one whose time passes while it is suspended; what else there is one of."""
    autoscaling = account.autoscaling
    now = datetime.now(timezone.utc)
    autoscaling.suspend_processes(**OF, ScalingProcesses=["ScheduledActions"])
    autoscaling.put_scheduled_update_group_action(
        **OF, ScheduledActionName="past", StartTime=now + timedelta(seconds=1), MaxSize=9
    )
    autoscaling.put_scheduled_update_group_action(
        **OF,
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
    autoscaling.put_notification_configuration(**OF, TopicARN=TOPIC, NotificationTypes=kinds)
    metrics = ["GroupDesiredCapacity", "GroupInServiceInstances"]
    autoscaling.enable_metrics_collection(**OF, Granularity="1Minute", Metrics=metrics)
    autoscaling.put_warm_pool(
        **OF, MinSize=1, MaxGroupPreparedCapacity=3, PoolState="Stopped", InstanceReusePolicy={"ReuseOnScaleIn": True}
    )
