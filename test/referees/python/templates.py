"""Launch templates: made, versioned, launched from by instances and by a group, and taken down."""

import base64

from account import check, pages, wait
from fleet import make_network, settled

NAME = "templates"
USER_DATA = base64.b64encode(b"#!/bin/sh\n").decode()


def story(account):
    network = make_network(account, NAME)
    template = make(account, network)
    versions(account, template)
    instances(account, template, network)
    group(account, template, network)
    mixed_group(account, template, network)
    take_down(account, template, network)


def make(account, network):
    request = {
        "LaunchTemplateName": NAME,
        "VersionDescription": "the first",
        "ClientToken": "the first template",
        "LaunchTemplateData": data(network),
        "TagSpecifications": [{"ResourceType": "launch-template", "Tags": [{"Key": "team", "Value": "web"}]}],
    }
    made, again = (account.ec2.create_launch_template(**request)["LaunchTemplate"] for _ in range(2))
    check("a template is made once a client token", again, made)
    found, _ = pages(account.ec2, "describe_launch_templates", "LaunchTemplates", LaunchTemplateNames=[NAME])
    check("a template is known by its name, with its tags", found, [made])
    return {"LaunchTemplateId": made["LaunchTemplateId"]}


def data(network):
    """One of each kind of member: structures, lists of structures, flat values."""
    return {
        "ImageId": network["image"],
        "InstanceType": "t3.micro",
        "UserData": USER_DATA,
        "SecurityGroupIds": [network["security_group"]],
        "IamInstanceProfile": {"Name": "web"},
        "Monitoring": {"Enabled": True},
        "EbsOptimized": True,
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}}],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "CreditSpecification": {"CpuCredits": "unlimited"},
        "MaintenanceOptions": {"AutoRecovery": "disabled"},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "of", "Value": "template"}]}],
    }


def versions(account, template):
    ec2 = account.ec2
    described = ec2.describe_launch_template_versions(**template)["LaunchTemplateVersions"]
    first = described[0]["LaunchTemplateData"]
    check("user data stays base64", [first["UserData"], first["EbsOptimized"]], [USER_DATA, True])
    change = {"InstanceType": "t3.small"}
    second = ec2.create_launch_template_version(**template, SourceVersion="1", LaunchTemplateData=change)
    check("what is not said is inherited", second["LaunchTemplateVersion"]["LaunchTemplateData"], {**first, **change})
    ec2.create_launch_template_version(**template, LaunchTemplateData={"InstanceType": "t3.nano"})
    numbers, count = pages(ec2, "describe_launch_template_versions", "LaunchTemplateVersions", size=1, **template)
    check("versions come in pages, the newest first", [[each["VersionNumber"] for each in numbers], count], [[3, 2, 1], 3])
    modified = ec2.modify_launch_template(**template, DefaultVersion="2")["LaunchTemplate"]
    check("the default is another", [modified["DefaultVersionNumber"], modified["LatestVersionNumber"]], [2, 3])
    named = ec2.describe_launch_template_versions(**template, Versions=["$Latest", "$Default"])
    check("versions have names", [each["VersionNumber"] for each in named["LaunchTemplateVersions"]], [3, 2])
    deleted = ec2.delete_launch_template_versions(**template, Versions=["3", "2"])
    outcomes = [
        [each["VersionNumber"] for each in deleted[f"{how}DeletedLaunchTemplateVersions"]]
        for how in ["Successfully", "Unsuccessfully"]
    ]
    check("the default version cannot be deleted", outcomes, [[3], [2]])


def instances(account, template, network):
    made = account.ec2.run_instances(
        LaunchTemplate=template, SubnetId=network["subnets"][0], InstanceType="t3.large", MinCount=1, MaxCount=1
    )["Instances"][0]
    tags = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    check("the request wins over the template", made["InstanceType"], "t3.large")
    check("the default version is launched", tags["aws:ec2launchtemplate:version"], "2")
    account.ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    wait(account.ec2, "instance_terminated", InstanceIds=[made["InstanceId"]])


def group(account, template, network):
    autoscaling = account.autoscaling
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=NAME,
        LaunchTemplate={**template, "Version": "$Latest"},
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=network["subnets"][0],
    )
    ids = settled(account, NAME, 1)
    shown = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"][0]
    source = {**template, "LaunchTemplateName": NAME}
    check("a group shows its version as it was given", shown["LaunchTemplate"], {**source, "Version": "$Latest"})
    check("an instance shows its version's number", shown["Instances"][0]["LaunchTemplate"], {**source, "Version": "2"})
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=NAME, LaunchTemplate={"LaunchTemplateName": NAME, "Version": "1"}
    )
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=NAME, ForceDelete=True)
    wait(account.ec2, "instance_terminated", InstanceIds=ids)


def mixed_group(account, template, network):
    autoscaling, source = account.autoscaling, {**template, "LaunchTemplateName": NAME}
    types = [{"InstanceType": each, "WeightedCapacity": "1"} for each in ["m5.large", "m5a.large"]]
    distribution = {"OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 0, "SpotMaxPrice": "0.05"}
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": NAME, "Version": "$Default"},
                "Overrides": types,
            },
            "InstancesDistribution": distribution,
        },
        MinSize=0,
        MaxSize=3,
        DesiredCapacity=3,
        VPCZoneIdentifier=network["subnets"][0],
    )
    ids = settled(account, "mixed", 3)
    shown = described_mixed(account)
    policy = shown["MixedInstancesPolicy"]
    check("a group shows its policy instead of a template", "LaunchTemplate" in shown, False)
    said = {"LaunchTemplateSpecification": {**source, "Version": "$Default"}, "Overrides": types}
    check("a policy is shown as it was given", policy["LaunchTemplate"], said)
    allocation = {"OnDemandAllocationStrategy": "prioritized", "SpotAllocationStrategy": "lowest-price"}
    check(
        "what a policy leaves out has its default",
        policy["InstancesDistribution"],
        {**distribution, **allocation, "SpotInstancePools": 2},
    )
    pages_of, _ = pages(account.ec2, "describe_instances", "Reservations", InstanceIds=ids)
    launched = [instance for page in pages_of for instance in page["Instances"]]
    kinds = sorted([each["InstanceType"], each.get("InstanceLifecycle", "")] for each in launched)
    check("On-Demand comes first", kinds, [["m5.large", ""], ["m5.large", "spot"], ["m5a.large", "spot"]])
    members = [[each["WeightedCapacity"], each["LaunchTemplate"]["Version"]] for each in shown["Instances"]]
    check("members show their weights and versions", members, [["1", "2"]] * 3)
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MixedInstancesPolicy={"LaunchTemplate": {"LaunchTemplateSpecification": {**template, "Version": "1"}}},
    )
    version = {"LaunchTemplateSpecification": {**source, "Version": "1"}, "Overrides": types}
    check(
        "an update of the version leaves the rest",
        described_mixed(account)["MixedInstancesPolicy"],
        {**policy, "LaunchTemplate": version},
    )
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="mixed", ForceDelete=True)
    wait(account.ec2, "instance_terminated", InstanceIds=ids)


def described_mixed(account):
    return account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["mixed"])["AutoScalingGroups"][0]


def take_down(account, template, network):
    account.ec2.delete_launch_template(**template)
    left, _ = pages(account.ec2, "describe_launch_templates", "LaunchTemplates")
    check("no template is left", left, [])
    account.ec2.delete_security_group(GroupId=network["security_group"])
