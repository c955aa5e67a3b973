"""Asks for what AWS refuses, and prints the code that each call was refused with beside the code that AWS documents."""

import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from account import Account, name_of, say, wait
from fleet import make_balancer, make_group, make_network
from instances import ids_of
from lifecycle import lifecycle_cases
from refused_alarms import alarm_cases, policy_cases
from refused_certificates import certificates_cases
from refused_guards import balancer_guard_cases, web_acl_cases
from refused_names import names_cases
from refused_target_groups import binding_cases, target_group_cases
from refused_templates import template_cases
from refused_traffic import traffic_cases
from schedules import schedule_cases

NAME = "refused"


def make_subject(account):
    """One of each thing, so that what is refused can be about something that exists."""
    network = make_network(account, NAME)
    account.ec2.create_key_pair(KeyName=NAME, KeyType="ed25519")
    make_balancer(account, network, NAME)
    members = make_group(account, network, NAME, 1, "", NAME, [])
    launch = {"ImageId": network["image"], "MinCount": 1, "MaxCount": 1, "KeyName": NAME}
    single, ended = (
        ids_of(account.ec2.run_instances(**launch, ClientToken=f"{NAME} {which}"))[0] for which in ["single", "ended"]
    )
    wait(account.ec2, "instance_running", InstanceIds=[single, ended])
    account.ec2.terminate_instances(InstanceIds=[ended])
    wait(account.ec2, "instance_terminated", InstanceIds=[ended])
    image = account.ec2.create_image(InstanceId=single, Name=NAME, NoReboot=True)["ImageId"]
    wait(account.ec2, "image_available", ImageIds=[image])
    snapshot = account.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]
    zone = account.route53.create_hosted_zone(Name="refused.test", CallerReference=NAME)["HostedZone"]["Id"]
    return {
        **network,
        "name": NAME,
        "member": members[0],
        "single": single,
        "ended": ended,
        "launch": launch,
        "own_image": image,
        "snapshot": snapshot,
        "zone": zone,
    }


def instances_cases(it):
    unknown = "i-0123456789abcdef0"
    launch = it["launch"]
    named = [{"Name": "colour", "Values": ["blue"]}]
    reserved = [{"Key": "aws:mine", "Value": "1"}]
    rule = [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    security_group = {"GroupName": NAME, "Description": "again"}
    return [
        ("DescribeInstances", {"InstanceIds": [unknown]}, "InvalidInstanceID.NotFound"),
        ("DescribeInstances", {"InstanceIds": ["web-1"]}, "InvalidInstanceID.Malformed"),
        ("DescribeInstances", {"InstanceIds": [it["single"]], "MaxResults": 5}, "InvalidParameterCombination"),
        ("DescribeInstances", {"MaxResults": 1}, "InvalidParameterValue"),
        ("DescribeInstances", {"NextToken": "?"}, "InvalidParameterValue"),
        ("DescribeInstances", {"Filters": named}, "InvalidParameterValue"),
        ("DescribeInstances", {"DryRun": True}, "DryRunOperation"),
        ("DescribeRegions", {"RegionNames": ["nowhere-1"]}, "InvalidParameterValue"),
        ("DescribeAccountAttributes", {"AttributeNames": ["mood"]}, "InvalidParameterValue"),
        ("DescribeVolumes", {"VolumeIds": ["vol-0123456789abcdef0"]}, "InvalidVolume.NotFound"),
        ("DescribeVolumes", {"VolumeIds": ["disk"]}, "InvalidVolumeID.Malformed"),
        ("DescribeInstanceStatus", {"InstanceIds": [unknown]}, "InvalidInstanceID.NotFound"),
        ("DescribeInstanceAttribute", {"InstanceId": unknown, "Attribute": "userData"}, "InvalidInstanceID.NotFound"),
        ("DescribeInstanceAttribute", {"InstanceId": it["single"], "Attribute": "mood"}, "InvalidParameterValue"),
        (
            "ModifyInstanceAttribute",
            {"InstanceId": unknown, "DisableApiTermination": {"Value": False}},
            "InvalidInstanceID.NotFound",
        ),
        ("GetConsoleOutput", {"InstanceId": unknown}, "InvalidInstanceID.NotFound"),
        ("RunInstances", {"MinCount": 1, "MaxCount": 1}, "MissingParameter"),
        ("RunInstances", {"ImageId": launch["ImageId"], "MinCount": 1}, "MissingParameter"),
        ("RunInstances", {**launch, "MinCount": 2}, "InvalidParameterValue"),
        ("RunInstances", {**launch, "ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ("RunInstances", {**launch, "ImageId": "ami-web"}, "InvalidAMIID.Malformed"),
        ("RunInstances", {**launch, "KeyName": "nobody"}, "InvalidKeyPair.NotFound"),
        ("RunInstances", {**launch, "KeyName": "nobody", "DryRun": True}, "InvalidKeyPair.NotFound"),
        ("RunInstances", {**launch, "DryRun": True}, "DryRunOperation"),
        ("RunInstances", {**launch, "InstanceType": "t99.micro"}, "InvalidParameterValue"),
        ("RunInstances", {**launch, "SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ("RunInstances", {**launch, "SubnetId": "subnet-0123456789abcdef0"}, "InvalidSubnetID.NotFound"),
        ("RunInstances", {**launch, "UserData": "x" * 17_000}, "InvalidParameterValue"),
        (
            "RunInstances",
            {**launch, "ClientToken": f"{NAME} single", "InstanceType": "t3.micro"},
            "IdempotentParameterMismatch",
        ),
        (
            "RunInstances",
            {**launch, "TagSpecifications": [{"ResourceType": "instance", "Tags": reserved}]},
            "InvalidParameterValue",
        ),
        ("StartInstances", {"InstanceIds": [it["ended"]]}, "IncorrectInstanceState"),
        ("StopInstances", {"InstanceIds": [it["ended"]]}, "IncorrectInstanceState"),
        ("RebootInstances", {"InstanceIds": [unknown]}, "InvalidInstanceID.NotFound"),
        ("TerminateInstances", {"InstanceIds": [it["single"], unknown]}, "InvalidInstanceID.NotFound"),
        ("TerminateInstances", {}, "MissingParameter"),
        ("CreateImage", {"InstanceId": unknown, "Name": "another"}, "InvalidInstanceID.NotFound"),
        ("CreateImage", {"InstanceId": it["single"], "Name": NAME}, "InvalidAMIName.Duplicate"),
        ("CreateImage", {"InstanceId": it["single"], "Name": "a*"}, "InvalidAMIName.Malformed"),
        ("CreateImage", {"InstanceId": it["ended"], "Name": "another"}, "IncorrectState"),
        ("DescribeImages", {"ImageIds": ["ami-0123456789abcdef0"]}, "InvalidAMIID.NotFound"),
        ("DeregisterImage", {"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ("DeregisterImage", {"ImageId": it["image"]}, "AuthFailure"),
        ("DescribeSnapshots", {"SnapshotIds": ["snap-0123456789abcdef0"]}, "InvalidSnapshot.NotFound"),
        ("DeleteSnapshot", {"SnapshotId": "snap-0123456789abcdef0"}, "InvalidSnapshot.NotFound"),
        ("DeleteSnapshot", {"SnapshotId": it["snapshot"]}, "InvalidSnapshot.InUse"),
        ("CreateKeyPair", {"KeyName": NAME}, "InvalidKeyPair.Duplicate"),
        ("ImportKeyPair", {"KeyName": "new", "PublicKeyMaterial": b"no key"}, "InvalidKey.Format"),
        ("DescribeKeyPairs", {"KeyNames": ["nobody"]}, "InvalidKeyPair.NotFound"),
        ("CreateSecurityGroup", security_group, "InvalidGroup.Duplicate"),
        ("CreateSecurityGroup", {**security_group, "VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
        ("AuthorizeSecurityGroupIngress", {"GroupId": it["security_group"], "IpPermissions": rule}, "InvalidPermission.Duplicate"),
        ("DescribeSecurityGroups", {"GroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ("DeleteSecurityGroup", {"GroupName": "default"}, "CannotDelete"),
        ("DeleteSecurityGroup", {"GroupId": it["security_group"]}, "DependencyViolation"),
        ("DescribeNetworkInterfaces", {"NetworkInterfaceIds": ["eni-0123456789abcdef0"]}, "InvalidNetworkInterfaceID.NotFound"),
        ("DescribeInstanceTypes", {"InstanceTypes": ["t99.micro"]}, "InvalidInstanceType"),
        ("DescribeInstanceTypeOfferings", {"MaxResults": 1}, "InvalidParameterValue"),
        ("DescribeVpcs", {"VpcIds": ["vpc-0123456789abcdef0"]}, "InvalidVpcID.NotFound"),
        ("DescribeSubnets", {"SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetID.NotFound"),
        ("DescribeAvailabilityZones", {"ZoneNames": ["mars-1a"]}, "InvalidParameterValue"),
        ("CreateTags", {"Resources": [unknown], "Tags": [{"Key": "a"}]}, "InvalidInstanceID.NotFound"),
        ("CreateTags", {"Resources": ["web-1"], "Tags": [{"Key": "a"}]}, "InvalidID"),
        ("CreateTags", {"Resources": [it["single"]], "Tags": reserved}, "InvalidParameterValue"),
        ("DeleteTags", {"Resources": [unknown], "Tags": [{"Key": "a"}]}, "InvalidInstanceID.NotFound"),
        ("DescribeTags", {"Filters": named}, "InvalidParameterValue"),
        # What AWS has and this cloud has not is refused as an unknown action, and not answered wrongly.
        ("DescribeNatGateways", {}, "InvalidAction"),
    ]


def refusal_of(client, operation, parameters):
    method = getattr(client, client.meta.method_to_api_mapping_of[operation])
    try:
        method(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


def strangers():
    """Wrong credentials, by service."""
    wrong = [
        ("ec2", "DescribeInstances", {"aws_access_key_id": "AKIAWRONG"}, "AuthFailure"),
        ("autoscaling", "DescribeAutoScalingGroups", {"aws_access_key_id": "AKIAWRONG"}, "InvalidClientTokenId"),
        ("elb", "DescribeLoadBalancers", {"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ("cloudwatch", "DescribeAlarms", {"aws_access_key_id": "AKIAWRONG"}, "InvalidClientTokenId"),
        ("route53", "ListHostedZones", {"aws_access_key_id": "AKIAWRONG"}, "InvalidClientTokenId"),
        ("sts", "GetCallerIdentity", {"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
    ]
    own = {
        "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
    }
    for service, operation, changes, expected in wrong:
        judge(client_of(service, {**own, **changes}), operation, {}, expected)


def client_of(service, credentials=None):
    # What boto3 would refuse by itself is for the other side to refuse here.
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    client = boto3.client(service, config=config, **(credentials or {}))
    # Another direction of what the client has: from the operation's name to its method.
    mapping = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    client.meta.method_to_api_mapping_of = mapping
    return client


def judge(client, operation, parameters, expected):
    refused = f"{name_of(client.meta.service_model)}:{operation}"
    # A certificate in full would hide what is printed with it.
    shown = {name: "PEM" if isinstance(value, bytes) else value for name, value in parameters.items()}
    say(refused=refused, parameters=shown, actual=refusal_of(client, operation, parameters), expected=expected)


def main():
    account = Account()
    subject = make_subject(account)
    tables = {
        "ec2": [*instances_cases(subject), *template_cases(account, subject)],
        **traffic_cases(account, subject),
        "cloudwatch": alarm_cases(account),
        "route53": names_cases(account, subject),
        "acm": certificates_cases(account),
    }
    tables["autoscaling"] += [*policy_cases(account, subject), *schedule_cases(subject), *lifecycle_cases(subject)]
    tables["autoscaling"] += binding_cases(subject)
    for service, cases in tables.items():
        client = client_of(service)
        for case in cases:
            judge(client, *case)
    # What these need takes its time, in which the cooldown of the group above would end.
    late = {
        "elbv2": [*target_group_cases(account, subject), *balancer_guard_cases(account)],
        "wafv2": web_acl_cases(account, subject),
    }
    for service, cases in late.items():
        client = client_of(service)
        for case in cases:
            judge(client, *case)
    strangers()


main()
