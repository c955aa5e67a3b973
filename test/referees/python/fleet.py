"""A fleet as a person with boto3 makes one: from nothing, in the order that AWS asks for."""

import base64

from account import pages, until, wait


def make_network(account, name):
    """What every fleet starts from: an image, subnets, a security group."""
    images, _ = pages(account.ec2, "describe_images", "Images", Owners=["amazon"])
    subnets, _ = pages(account.ec2, "describe_subnets", "Subnets")
    group = account.ec2.create_security_group(
        GroupName=name,
        Description=f"The fleet {name}",
        TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "Name", "Value": name}]}],
    )["GroupId"]
    web = [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    account.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=web)
    return {
        "image": images[0]["ImageId"],
        "subnets": sorted(subnet["SubnetId"] for subnet in subnets),
        "security_group": group,
    }


def make_balancer(account, network, name, port=8080):
    """A balancer that checks health; answers its description."""
    listener = {"Protocol": "HTTP", "LoadBalancerPort": port, "InstanceProtocol": "HTTP", "InstancePort": 8080}
    account.elb.create_load_balancer(
        LoadBalancerName=name,
        Listeners=[listener],
        Subnets=network["subnets"],
        SecurityGroups=[network["security_group"]],
        Tags=[{"Key": "team", "Value": "web"}],
    )
    account.elb.configure_health_check(LoadBalancerName=name, HealthCheck=HEALTH_CHECK)
    account.elb.modify_load_balancer_attributes(
        LoadBalancerName=name,
        LoadBalancerAttributes={
            "CrossZoneLoadBalancing": {"Enabled": True},
            "ConnectionDraining": {"Enabled": True, "Timeout": 60},
            "ConnectionSettings": {"IdleTimeout": 30},
        },
    )
    return account.elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]


HEALTH_CHECK = {
    "Target": "HTTP:8080/health",
    "Interval": 5,
    "Timeout": 2,
    "HealthyThreshold": 2,
    "UnhealthyThreshold": 2,
}


def make_configuration(account, network, name, user_data, key):
    """A launch configuration; answers it as a group names it."""
    account.autoscaling.create_launch_configuration(
        LaunchConfigurationName=f"{name}-1",
        ImageId=network["image"],
        InstanceType="t3.micro",
        KeyName=key,
        SecurityGroups=[network["security_group"]],
        UserData=user_data,
        InstanceMonitoring={"Enabled": False},
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}}],
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2},
    )
    return {"LaunchConfigurationName": f"{name}-1"}


def make_template(account, network, name, user_data, key):
    """The same as a launch template; a group launches whatever its latest version is."""
    account.ec2.create_launch_template(
        LaunchTemplateName=f"{name}-1",
        LaunchTemplateData={
            "ImageId": network["image"],
            "InstanceType": "t3.micro",
            "KeyName": key,
            "SecurityGroupIds": [network["security_group"]],
            "UserData": base64.b64encode(user_data.encode()).decode(),
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}}],
            "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2},
        },
    )
    return {"LaunchTemplate": {"LaunchTemplateName": f"{name}-1", "Version": "$Latest"}}


def make_mixed(account, network, name, user_data, key):
    """The same template, by a mixed instances policy."""
    source = make_template(account, network, name, user_data, key)["LaunchTemplate"]
    types = [{"InstanceType": each} for each in ["m5.large", "m5a.large"]]
    distribution = {"OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 0}
    template = {"LaunchTemplateSpecification": source, "Overrides": types}
    return {"MixedInstancesPolicy": {"LaunchTemplate": template, "InstancesDistribution": distribution}}


def make_group(account, network, name, size, user_data, key, balancers, make_source=make_configuration):
    """A launch source and a group of it; returns when the group's instances are in service."""
    account.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        **make_source(account, network, name, user_data, key),
        MinSize=size,
        MaxSize=size + 1,
        DesiredCapacity=size,
        VPCZoneIdentifier=",".join(network["subnets"]),
        LoadBalancerNames=balancers,
        HealthCheckType="ELB" if balancers else "EC2",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "Name", "Value": name, "PropagateAtLaunch": True}],
    )
    return settled(account, name, size)


def members(account, name):
    """The ids of a group's instances that are in service."""
    groups, _ = pages(
        account.autoscaling, "describe_auto_scaling_groups", "AutoScalingGroups", AutoScalingGroupNames=[name]
    )
    instances = [instance for group in groups for instance in group["Instances"]]
    return sorted(each["InstanceId"] for each in instances if each["LifecycleState"] == "InService")


def settled(account, name, size):
    """Waits until a group has exactly so many instances, all in service; answers their ids."""

    def look():
        group = account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        instances = group["AutoScalingGroups"][0]["Instances"]
        quiet = len(instances) == size and all(each["LifecycleState"] == "InService" for each in instances)
        return [sorted(each["InstanceId"] for each in instances)] if quiet else None

    return until(f"{name} has {size} instances in service", look)[0]


def name_balancer(account, zone, name, balancer):
    """An alias record for a balancer; returns when the change is in sync."""
    alias = {
        "HostedZoneId": balancer["CanonicalHostedZoneNameID"],
        "DNSName": balancer["DNSName"],
        "EvaluateTargetHealth": False,
    }
    return change_records(account, zone, ("UPSERT", {"Name": name, "Type": "A", "AliasTarget": alias}))


def change_records(account, zone, *changes):
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    change = account.route53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Comment": "by boto3", "Changes": batch}
    )["ChangeInfo"]
    wait(account.route53, "resource_record_sets_changed", Id=change["Id"])
    return change
