"""EC2: keys, security groups, instances, images, snapshots and tags, from nothing to nothing."""

import base64

from account import check, pages, until, wait
from fleet import make_network

USER_DATA = "#!/bin/sh\necho booted > booted\n"


def story(account):
    account_id = account.sts.get_caller_identity()["Account"]
    check("the account's id has twelve digits", account_id.isdigit() and len(account_id), 12)
    network = make_network(account, "referee")
    read_network(account, network)
    keys(account)
    security_groups(account, network)
    ids = launch(account, network)
    read_instances(account, ids)
    read_volumes(account, ids)
    read_interfaces(account, ids)
    types(account)
    change_states(account, ids)
    tags(account, ids)
    images(account, ids[0])
    take_down(account, ids, network)


def read_network(account, network):
    vpcs, _ = pages(account.ec2, "describe_vpcs", "Vpcs", Filters=[{"Name": "is-default", "Values": ["true"]}])
    regions = account.ec2.describe_regions()["Regions"]
    check("there is one region", [region["RegionName"] for region in regions], [account.ec2.meta.region_name])
    account.ec2.describe_account_attributes(AttributeNames=["default-vpc"])
    zones = account.ec2.describe_availability_zones()["AvailabilityZones"]
    check("the default VPC has a subnet in every zone", [len(vpcs), len(zones)], [1, len(network["subnets"])])


def keys(account):
    made = account.ec2.create_key_pair(KeyName="rsa")
    check("an RSA key is in PEM form", made["KeyMaterial"].startswith("-----BEGIN RSA PRIVATE KEY-----"), True)
    account.ec2.create_key_pair(KeyName="ed25519", KeyType="ed25519")
    wait(account.ec2, "key_pair_exists", KeyNames=["rsa", "ed25519"])
    known = account.ec2.describe_key_pairs(KeyNames=["ed25519"], IncludePublicKey=True)["KeyPairs"][0]
    account.ec2.import_key_pair(KeyName="imported", PublicKeyMaterial=known["PublicKey"].encode())
    for name in ["imported", "rsa", "never made"]:
        account.ec2.delete_key_pair(KeyName=name)
    left = account.ec2.describe_key_pairs()["KeyPairs"]
    check("deleted keys are gone", [pair["KeyName"] for pair in left], ["ed25519"])


def security_groups(account, network):
    wait(account.ec2, "security_group_exists", GroupIds=[network["security_group"]])
    groups, _ = pages(
        account.ec2,
        "describe_security_groups",
        "SecurityGroups",
        Filters=[{"Name": "group-name", "Values": ["refer*"]}],
    )
    rules = [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in groups[0]["IpPermissions"]]
    check("a rule is kept", rules, [("tcp", 8080, 8080)])


def launch(account, network):
    request = {
        "ImageId": network["image"],
        "InstanceType": "t3.micro",
        "KeyName": "ed25519",
        "SubnetId": network["subnets"][0],
        "SecurityGroupIds": [network["security_group"]],
        "MinCount": 2,
        "MaxCount": 2,
        "UserData": USER_DATA,
        "ClientToken": "the first launch",
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "role", "Value": "web"}]}],
    }
    first = ids_of(account.ec2.run_instances(**request))
    again = ids_of(account.ec2.run_instances(**request))
    check("a repeated launch with the same token is the same launch", again, first)
    wait(account.ec2, "instance_exists", InstanceIds=first)
    wait(account.ec2, "instance_running", InstanceIds=first)
    wait(account.ec2, "instance_status_ok", InstanceIds=first)
    wait(account.ec2, "system_status_ok", InstanceIds=first)
    return first


def ids_of(reservation):
    return sorted(instance["InstanceId"] for instance in reservation["Instances"])


def read_instances(account, ids):
    five = account.ec2.run_instances(
        ImageId=account.ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0]["ImageId"],
        MinCount=5,
        MaxCount=5,
    )
    reservations, count = pages(account.ec2, "describe_instances", "Reservations", size=5)
    seen = sorted(instance["InstanceId"] for each in reservations for instance in each["Instances"])
    check("instances come in pages", [seen, count], [sorted(ids + ids_of(five)), 2])
    account.ec2.terminate_instances(InstanceIds=ids_of(five))
    statuses, _ = pages(account.ec2, "describe_instance_status", "InstanceStatuses", InstanceIds=ids)
    check("two run well", [each["InstanceStatus"]["Status"] for each in statuses], ["ok", "ok"])
    encoded = attribute(account, ids[0], "userData")["UserData"]["Value"]
    check("user data is described as base64", base64.b64decode(encoded).decode(), USER_DATA)
    for name in ATTRIBUTES:
        attribute(account, ids[0], name)
    for protected in [True, False]:
        account.ec2.modify_instance_attribute(InstanceId=ids[0], DisableApiTermination={"Value": protected})
        described = attribute(account, ids[0], "disableApiTermination")["DisableApiTermination"]["Value"]
        check("termination is protected as it was said last", described, protected)
    # boto3 decodes the console's base64.
    console = until(
        "the console shows the host key",
        lambda: account.ec2.get_console_output(InstanceId=ids[0]).get("Output"),
    )
    check("the console shows the host keys", "-----BEGIN SSH HOST KEY KEYS-----" in console, True)


ATTRIBUTES = [
    "instanceType",
    "disableApiTermination",
    "instanceInitiatedShutdownBehavior",
    "rootDeviceName",
    "blockDeviceMapping",
    "groupSet",
    "ebsOptimized",
    "sourceDestCheck",
    "enaSupport",
    "productCodes",
]


def read_volumes(account, ids):
    disks = [{"Name": "attachment.instance-id", "Values": ids}]
    volumes, _ = pages(account.ec2, "describe_volumes", "Volumes", Filters=disks)
    holders = {volume["Attachments"][0]["InstanceId"] for volume in volumes}
    check("every instance has a disk", sorted(holders), sorted(ids))


def read_interfaces(account, ids):
    of_them = [{"Name": "attachment.instance-id", "Values": ids}]
    interfaces, _ = pages(account.ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=of_them)
    described = account.ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"]
    shown = sorted(each["NetworkInterfaces"][0]["NetworkInterfaceId"] for each in described)
    check("every instance has an interface", sorted(each["NetworkInterfaceId"] for each in interfaces), shown)


def types(account):
    small = account.ec2.describe_instance_types(InstanceTypes=["t4g.micro"])["InstanceTypes"][0]
    sizes = [small["VCpuInfo"]["DefaultVCpus"], small["MemoryInfo"]["SizeInMiB"]]
    check("a type has its size", [small["ProcessorInfo"]["SupportedArchitectures"], *sizes], [["arm64"], 2, 1024])
    here = [{"Name": "instance-type", "Values": ["t3.micro"]}]
    by_zone = {"LocationType": "availability-zone", "Filters": here}
    offered, _ = pages(account.ec2, "describe_instance_type_offerings", "InstanceTypeOfferings", **by_zone)
    zones = account.ec2.describe_availability_zones()["AvailabilityZones"]
    check("a type is offered in every zone", len(offered), len(zones))


def attribute(account, instance, name):
    return account.ec2.describe_instance_attribute(InstanceId=instance, Attribute=name)


def change_states(account, ids):
    account.ec2.reboot_instances(InstanceIds=ids)
    stopping = account.ec2.stop_instances(InstanceIds=ids[:1])["StoppingInstances"][0]
    states = [stopping["PreviousState"]["Name"], stopping["CurrentState"]["Name"]]
    check("a running instance is stopping", states, ["running", "stopping"])
    wait(account.ec2, "instance_stopped", InstanceIds=ids[:1])
    account.ec2.start_instances(InstanceIds=ids[:1])
    wait(account.ec2, "instance_running", InstanceIds=ids)


def tags(account, ids):
    account.ec2.create_tags(Resources=ids, Tags=[{"Key": "extra", "Value": "yes"}, {"Key": "other", "Value": "a"}])
    account.ec2.delete_tags(Resources=ids, Tags=[{"Key": "extra"}, {"Key": "other", "Value": "not its value"}])
    found, _ = pages(account.ec2, "describe_tags", "Tags", Filters=[{"Name": "resource-id", "Values": ids[:1]}])
    values = {tag["Key"]: tag["Value"] for tag in found}
    check("tags are set and deleted", values, {"role": "web", "other": "a"})
    by_tag = account.ec2.describe_instances(Filters=[{"Name": "tag:role", "Values": ["web"]}])["Reservations"]
    check("tags filter", ids_of(by_tag[0]), sorted(ids))


def images(account, instance):
    image = account.ec2.create_image(
        InstanceId=instance,
        Name="referee-1",
        NoReboot=True,
        TagSpecifications=[
            {"ResourceType": kind, "Tags": [{"Key": "of", "Value": kind}]} for kind in ["image", "snapshot"]
        ],
    )["ImageId"]
    wait(account.ec2, "image_exists", ImageIds=[image])
    wait(account.ec2, "image_available", ImageIds=[image])
    snapshots, _ = pages(account.ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"])
    wait(account.ec2, "snapshot_completed", SnapshotIds=[snapshots[0]["SnapshotId"]])
    check("the snapshot has its own tags", snapshots[0]["Tags"], [{"Key": "of", "Value": "snapshot"}])
    copy = account.ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    wait(account.ec2, "instance_status_ok", InstanceIds=ids_of(copy))
    account.ec2.terminate_instances(InstanceIds=ids_of(copy))
    account.ec2.deregister_image(ImageId=image)
    account.ec2.delete_snapshot(SnapshotId=snapshots[0]["SnapshotId"])
    left, _ = pages(account.ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"])
    check("no snapshot is left", left, [])


def take_down(account, ids, network):
    account.ec2.terminate_instances(InstanceIds=ids)
    wait(account.ec2, "instance_terminated", InstanceIds=ids)
    account.ec2.delete_security_group(GroupId=network["security_group"])
    account.ec2.delete_key_pair(KeyName="ed25519")
    groups = account.ec2.describe_security_groups()["SecurityGroups"]
    check("only the default group is left", [group["GroupName"] for group in groups], ["default"])
