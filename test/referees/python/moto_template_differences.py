"""What moto is known to do otherwise than AWS with launch templates."""


def template_cases(ec2, image):
    data = {"ImageId": image, "InstanceType": "t3.micro"}
    made = ec2.create_launch_template(LaunchTemplateName="odd", LaunchTemplateData=data)["LaunchTemplate"]
    template = {"LaunchTemplateId": made["LaunchTemplateId"]}
    return {
        "CreateLaunchTemplateVersion twice with one client token": lambda: versions(ec2, template, data),
        "DeleteLaunchTemplateVersions": lambda: deleted(ec2, template),
    }


def versions(ec2, template, data):
    request = {**template, "ClientToken": "once", "LaunchTemplateData": data}
    numbers = {
        ec2.create_launch_template_version(**request)["LaunchTemplateVersion"]["VersionNumber"] for _ in range(2)
    }
    return f"{len(numbers)} version{'s' if len(numbers) > 1 else ''}"


def deleted(ec2, template):
    ec2.delete_launch_template_versions(**template, Versions=["2"])
    return "deleted"
