"""What EC2 refuses of launch templates: operation, parameters, AWS's code."""


def template_cases(account, it):
    data = {"ImageId": it["image"], "InstanceType": "t3.micro"}
    made = account.ec2.create_launch_template(
        LaunchTemplateName=it["name"], ClientToken=it["name"], LaunchTemplateData=data
    )["LaunchTemplate"]
    template = {"LaunchTemplateId": made["LaunchTemplateId"]}
    unknown = {"LaunchTemplateId": "lt-0123456789abcdef0"}
    nobody = {"LaunchTemplateName": "nobody"}
    interfaces = [{"DeviceIndex": 0, "Groups": [it["security_group"]]}]
    wired = account.ec2.create_launch_template(
        LaunchTemplateName="wired", LaunchTemplateData={**data, "NetworkInterfaces": interfaces}
    )["LaunchTemplate"]
    launch = {"MinCount": 1, "MaxCount": 1}
    create = {"LaunchTemplateName": "new", "LaunchTemplateData": data}
    return [
        ("CreateLaunchTemplate", {**create, "LaunchTemplateName": it["name"]}, "InvalidLaunchTemplateName.AlreadyExistsException"),
        ("CreateLaunchTemplate", {**create, "LaunchTemplateName": "a b"}, "InvalidLaunchTemplateName.MalformedException"),
        ("CreateLaunchTemplate", {**create, "ClientToken": it["name"]}, "IdempotentParameterMismatch"),
        ("CreateLaunchTemplate", {"LaunchTemplateName": "new"}, "MissingParameter"),
        ("CreateLaunchTemplate", {**create, "LaunchTemplateData": {"UserData": "no base64!"}}, "InvalidUserData.Malformed"),
        ("CreateLaunchTemplateVersion", {**unknown, "LaunchTemplateData": data}, "InvalidLaunchTemplateId.NotFound"),
        ("CreateLaunchTemplateVersion", {**nobody, "LaunchTemplateData": data}, "InvalidLaunchTemplateName.NotFoundException"),
        ("CreateLaunchTemplateVersion", {**template, **nobody, "LaunchTemplateData": data}, "InvalidParameterCombination"),
        (
            "CreateLaunchTemplateVersion",
            {**template, "SourceVersion": "7", "LaunchTemplateData": data},
            "InvalidLaunchTemplateId.VersionNotFound",
        ),
        ("DescribeLaunchTemplates", {"LaunchTemplateIds": ["lt-0123456789abcdef0"]}, "InvalidLaunchTemplateId.NotFound"),
        ("DescribeLaunchTemplates", {"LaunchTemplateIds": ["web"]}, "InvalidLaunchTemplateId.Malformed"),
        ("DescribeLaunchTemplates", {"LaunchTemplateNames": ["nobody"]}, "InvalidLaunchTemplateName.NotFoundException"),
        ("DescribeLaunchTemplateVersions", {**template, "Versions": ["7"]}, "InvalidLaunchTemplateId.VersionNotFound"),
        ("DescribeLaunchTemplateVersions", {"Versions": ["1"]}, "InvalidParameterValue"),
        ("DescribeLaunchTemplateVersions", {}, "MissingParameter"),
        ("ModifyLaunchTemplate", {**template, "DefaultVersion": "7"}, "InvalidLaunchTemplateId.VersionNotFound"),
        ("ModifyLaunchTemplate", {**unknown, "DefaultVersion": "1"}, "InvalidLaunchTemplateId.NotFound"),
        ("DeleteLaunchTemplate", unknown, "InvalidLaunchTemplateId.NotFound"),
        ("DeleteLaunchTemplate", nobody, "InvalidLaunchTemplateName.NotFoundException"),
        ("DeleteLaunchTemplateVersions", {**unknown, "Versions": ["1"]}, "InvalidLaunchTemplateId.NotFound"),
        ("RunInstances", {**launch, "LaunchTemplate": unknown}, "InvalidLaunchTemplateId.NotFound"),
        ("RunInstances", {**launch, "LaunchTemplate": {**template, "Version": "7"}}, "InvalidLaunchTemplateId.VersionNotFound"),
        (
            "RunInstances",
            {
                **launch,
                "LaunchTemplate": {"LaunchTemplateId": wired["LaunchTemplateId"]},
                "SubnetId": it["subnets"][0],
            },
            "InvalidParameterCombination",
        ),
    ]
