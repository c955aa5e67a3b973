"""Does on moto what it is known to do otherwise than AWS, and prints what it did."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from account import say
from fleet import HEALTH_CHECK
from moto_group_differences import cases as group_cases
from moto_template_differences import template_cases

config = Config(retries={"total_max_attempts": 1})
ec2, autoscaling, elb = (boto3.client(name, config=config) for name in ["ec2", "autoscaling", "elb"])
NAME = "odd"


def outcome(call):
    """What a call answers, or the code of its refusal, or that moto broke."""
    try:
        return call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    except ResponseParserError:
        return "HTTP 500"


def make():
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
    elb.create_load_balancer(LoadBalancerName=NAME, Listeners=[listener], Subnets=[subnet])
    elb.configure_health_check(LoadBalancerName=NAME, HealthCheck=HEALTH_CHECK)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=NAME, ImageId=image, InstanceType="t3.micro"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=NAME,
        LaunchConfigurationName=NAME,
        MinSize=0,
        MaxSize=1,
        DesiredCapacity=1,
        VPCZoneIdentifier=subnet,
        LoadBalancerNames=[NAME],
    )
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"][0]
    return image, group["Instances"][0]["InstanceId"]


def tagged_image(instance):
    tags = [{"ResourceType": kind, "Tags": [{"Key": "a", "Value": "b"}]} for kind in ["image", "snapshot"]]
    ec2.create_image(InstanceId=instance, Name="tagged", TagSpecifications=tags)
    return "an image"


def snapshots_left(instance):
    image = ec2.create_image(InstanceId=instance, Name="plain")["ImageId"]
    before = count_snapshots()
    ec2.deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)
    return "left" if count_snapshots() == before else "deleted"


def count_snapshots():
    return len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])


def launched_twice(image):
    request = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "ClientToken": "once"}
    ids = {ec2.run_instances(**request)["Instances"][0]["InstanceId"] for _ in range(2)}
    return f"{len(ids)} launched"


def by_token():
    filters = [{"Name": "client-token", "Values": ["once"]}]
    return f"{len(ec2.describe_instances(Filters=filters)['Reservations'])} found"


def health(instance):
    states = elb.describe_instance_health(LoadBalancerName=NAME, Instances=[{"InstanceId": instance}])
    return states["InstanceStates"][0]["State"]


def zone_of_name():
    balancer = elb.describe_load_balancers(LoadBalancerNames=[NAME])["LoadBalancerDescriptions"][0]
    return "CanonicalHostedZoneNameID" if "CanonicalHostedZoneNameID" in balancer else "none"


def type_of_cookie():
    elb.create_lb_cookie_stickiness_policy(LoadBalancerName=NAME, PolicyName="cookie", CookieExpirationPeriod=60)
    policies = elb.describe_load_balancer_policies(LoadBalancerName=NAME)["PolicyDescriptions"]
    return policies[0]["PolicyTypeName"]


def beyond_max(image):
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    autoscaling.attach_instances(AutoScalingGroupName=NAME, InstanceIds=[instance])
    return "attached"


def main():
    image, member = make()
    other = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    refreshes = {"AutoScalingGroupName": NAME}
    cases = {
        "DescribeInstanceRefreshes": lambda: autoscaling.describe_instance_refreshes(**refreshes)["InstanceRefreshes"],
        "CreateImage with tags for its snapshots": lambda: tagged_image(other),
        "DeregisterImage with DeleteAssociatedSnapshots": lambda: snapshots_left(other),
        "RunInstances twice with one client token": lambda: launched_twice(image),
        "DescribeInstances by client token": by_token,
        "DescribeInstanceHealth, not registered": lambda: health(other),
        "DescribeInstanceHealth, just registered, serving nothing": lambda: health(member),
        "DescribeLoadBalancers, the zone of a name": zone_of_name,
        "DescribeLoadBalancerPolicies, the type of a cookie": type_of_cookie,
        "GetConsoleOutput": lambda: "host keys" if "SSH HOST KEY" in console(other) else "no host keys",
        "AttachInstances beyond max": lambda: beyond_max(image),
        **group_cases(autoscaling, elb, NAME),
        **template_cases(ec2, image),
    }
    for case, call in cases.items():
        say(difference=case, actual=outcome(call))


def console(instance):
    return ec2.get_console_output(InstanceId=instance).get("Output", "")


main()
