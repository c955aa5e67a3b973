"""What Auto Scaling and classic load balancing refuse: operation, parameters, AWS's code."""


def traffic_cases(account, it):
    return {"autoscaling": [*group_cases(it), *member_cases(it)], "elb": [*balancer_cases(it), *policy_cases(account, it)]}


def group_cases(it):
    name = it["name"]
    configuration = {
        "LaunchConfigurationName": "other",
        "ImageId": it["image"],
        "InstanceType": "t3.micro",
    }
    group = {
        "AutoScalingGroupName": "other",
        "LaunchConfigurationName": f"{name}-1",
        "MinSize": 0,
        "MaxSize": 1,
        "VPCZoneIdentifier": it["subnets"][0],
    }
    of = {"AutoScalingGroupName": name}
    nobodys = {"LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": "nobody"}}}
    untold = {"LaunchTemplate": {"Overrides": [{"InstanceType": "m5.large"}]}}
    hook = {"LifecycleHookName": "hook", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}
    tag = {"ResourceId": "nobody", "ResourceType": "auto-scaling-group", "Key": "a"}
    return [
        ("CreateLaunchConfiguration", {**configuration, "LaunchConfigurationName": f"{name}-1"}, "AlreadyExists"),
        ("CreateLaunchConfiguration", {**configuration, "ImageId": "ami-0123456789abcdef0"}, "ValidationError"),
        ("CreateLaunchConfiguration", {**configuration, "KeyName": "nobody"}, "ValidationError"),
        ("CreateLaunchConfiguration", {"LaunchConfigurationName": "other"}, "ValidationError"),
        ("CreateLaunchConfiguration", {**configuration, "LaunchConfigurationName": "n" * 256}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "AutoScalingGroupName": "n" * 256}, "ValidationError"),
        ("CreateOrUpdateTags", {"Tags": [{**tag, "ResourceId": name, "Key": "k" * 129}]}, "ValidationError"),
        ("CreateOrUpdateTags", {"Tags": [{**tag, "ResourceId": name, "Value": "v" * 257}]}, "ValidationError"),
        ("DeleteLaunchConfiguration", {"LaunchConfigurationName": f"{name}-1"}, "ResourceInUse"),
        ("DeleteLaunchConfiguration", {"LaunchConfigurationName": "nobody"}, "ValidationError"),
        ("DescribeLaunchConfigurations", {"NextToken": "?"}, "InvalidNextToken"),
        ("CreateAutoScalingGroup", {**group, "AutoScalingGroupName": name}, "AlreadyExists"),
        ("CreateAutoScalingGroup", {**group, "MinSize": 2}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "DesiredCapacity": 2}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "LaunchConfigurationName": "nobody"}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "LaunchTemplate": {"LaunchTemplateName": "nobody"}}, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "LaunchTemplate": {"LaunchTemplateName": "nobody"}}, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "MixedInstancesPolicy": untold}, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "MixedInstancesPolicy": nobodys}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "MixedInstancesPolicy": nobodys}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "LoadBalancerNames": ["nobody"]}, "ValidationError"),
        ("CreateAutoScalingGroup", {**group, "VPCZoneIdentifier": "subnet-0123456789abcdef0"}, "ValidationError"),
        ("CreateAutoScalingGroup", {"AutoScalingGroupName": "other", "MinSize": 0}, "ValidationError"),
        ("UpdateAutoScalingGroup", {"AutoScalingGroupName": "nobody", "MinSize": 0}, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "MinSize": 5}, "ValidationError"),
        ("UpdateAutoScalingGroup", {**of, "HealthCheckType": "MOOD"}, "ValidationError"),
        ("DescribeAutoScalingGroups", {"NextToken": "?"}, "InvalidNextToken"),
        ("DescribeAutoScalingGroups", {"MaxRecords": 101}, "ValidationError"),
        ("DescribeAutoScalingInstances", {"MaxRecords": 51}, "ValidationError"),
        ("DescribeScalingActivities", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DeleteAutoScalingGroup", of, "ResourceInUse"),
        ("DeleteAutoScalingGroup", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("SetDesiredCapacity", {**of, "DesiredCapacity": 3}, "ValidationError"),
        ("SetDesiredCapacity", {**of, "DesiredCapacity": 0}, "ValidationError"),
        ("SetDesiredCapacity", {**of, "DesiredCapacity": 2, "HonorCooldown": True}, "ScalingActivityInProgress"),
        ("SuspendProcesses", {**of, "ScalingProcesses": ["Sleep"]}, "ValidationError"),
        ("ResumeProcesses", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("PutLifecycleHook", {**of, **hook, "HeartbeatTimeout": 5}, "ValidationError"),
        ("DescribeLifecycleHooks", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DeleteLifecycleHook", {**of, "LifecycleHookName": "nobody"}, "ValidationError"),
        ("CreateOrUpdateTags", {"Tags": [tag]}, "ValidationError"),
        ("DeleteTags", {"Tags": [tag]}, "ValidationError"),
        ("DescribeTags", {"Filters": [{"Name": "colour", "Values": ["blue"]}]}, "ValidationError"),
        ("AttachLoadBalancers", {**of, "LoadBalancerNames": ["nobody"]}, "ValidationError"),
        ("DetachLoadBalancers", {**of, "LoadBalancerNames": [name]}, "ValidationError"),
        ("DescribeLoadBalancers", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DescribeTrafficSources", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DescribeLoadBalancerTargetGroups", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DescribeInstanceRefreshes", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("DescribeWarmPool", {"AutoScalingGroupName": "nobody"}, "ValidationError"),
        ("StartInstanceRefresh", of, "InvalidAction"),
    ]


def member_cases(it):
    of = {"AutoScalingGroupName": it["name"]}
    unknown = "i-0123456789abcdef0"
    less = {"ShouldDecrementDesiredCapacity": True}
    member = {"InstanceIds": [it["member"]]}
    return [
        ("AttachInstances", {**of, "InstanceIds": [unknown]}, "ValidationError"),
        ("AttachInstances", {**of, "InstanceIds": [it["ended"]]}, "ValidationError"),
        ("AttachInstances", {**of, **member}, "ValidationError"),
        ("AttachInstances", {**of, "InstanceIds": []}, "ValidationError"),
        ("DetachInstances", {**of, **member, **less}, "ValidationError"),
        ("DetachInstances", {**of, "InstanceIds": [it["single"]], **less}, "ValidationError"),
        ("DetachInstances", {**of, **member}, "ValidationError"),
        ("EnterStandby", {**of, **member, **less}, "ValidationError"),
        ("EnterStandby", {**of, "InstanceIds": [it["single"]], **less}, "ValidationError"),
        ("ExitStandby", {**of, **member}, "ValidationError"),
        ("TerminateInstanceInAutoScalingGroup", {"InstanceId": it["member"], **less}, "ValidationError"),
        ("TerminateInstanceInAutoScalingGroup", {"InstanceId": unknown, **less}, "ValidationError"),
        ("SetInstanceProtection", {**of, "InstanceIds": [unknown], "ProtectedFromScaleIn": True}, "ValidationError"),
        ("SetInstanceHealth", {"InstanceId": it["member"], "HealthStatus": "Sick"}, "ValidationError"),
        ("SetInstanceHealth", {"InstanceId": unknown, "HealthStatus": "Healthy"}, "ValidationError"),
    ]


def balancer_cases(it):
    of = {"LoadBalancerName": it["name"]}
    nobody = {"LoadBalancerName": "nobody"}
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 8080, "InstancePort": 9999}
    secure = {**listener, "Protocol": "HTTPS", "SSLCertificateId": "arn:aws:iam::123456789012:server-certificate/a"}
    new = {"LoadBalancerName": "new", "Listeners": [listener], "Subnets": it["subnets"]}
    check = {"Target": "TCP:80", "Interval": 30, "Timeout": 5, "HealthyThreshold": 2, "UnhealthyThreshold": 2}
    stranger = {"Instances": [{"InstanceId": "i-0123456789abcdef0"}]}
    attributes = {"LoadBalancerAttributes": {"ConnectionSettings": {"IdleTimeout": 0}}}
    unknown_attribute = {"LoadBalancerAttributes": {"AdditionalAttributes": [{"Key": "mood", "Value": "good"}]}}
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    return [
        ("CreateLoadBalancer", {**new, **of}, "DuplicateLoadBalancerName"),
        ("CreateLoadBalancer", {**new, "LoadBalancerName": "under_score"}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "LoadBalancerName": "x" * 33}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "Subnets": ["subnet-0123456789abcdef0"]}, "SubnetNotFound"),
        ("CreateLoadBalancer", {**new, "SecurityGroups": ["sg-0123456789abcdef0"]}, "InvalidSecurityGroup"),
        ("CreateLoadBalancer", {**new, "Scheme": "secret"}, "InvalidScheme"),
        ("CreateLoadBalancer", {**new, "Subnets": []}, "ValidationError"),
        ("CreateLoadBalancer", {**new, "Tags": twice}, "DuplicateTagKeys"),
        ("CreateLoadBalancer", {**new, "Listeners": [{**listener, "Protocol": "UDP"}]}, "UnsupportedProtocol"),
        ("CreateLoadBalancer", {**new, "Listeners": [secure]}, "CertificateNotFound"),
        ("DescribeLoadBalancers", {"LoadBalancerNames": ["nobody"]}, "LoadBalancerNotFound"),
        ("DescribeLoadBalancers", {"PageSize": 401}, "ValidationError"),
        ("DescribeAccountLimits", {"PageSize": 401}, "ValidationError"),
        ("ConfigureHealthCheck", {**nobody, "HealthCheck": check}, "LoadBalancerNotFound"),
        ("ConfigureHealthCheck", {**of, "HealthCheck": {**check, "Timeout": 30}}, "ValidationError"),
        ("ConfigureHealthCheck", {**of, "HealthCheck": {**check, "Target": "HTTP:80"}}, "ValidationError"),
        ("DescribeLoadBalancerAttributes", nobody, "LoadBalancerNotFound"),
        ("ModifyLoadBalancerAttributes", {**nobody, **attributes}, "LoadBalancerNotFound"),
        ("ModifyLoadBalancerAttributes", {**of, **attributes}, "ValidationError"),
        ("ModifyLoadBalancerAttributes", {**of, **unknown_attribute}, "LoadBalancerAttributeNotFound"),
        ("CreateLoadBalancerListeners", {**of, "Listeners": [listener]}, "DuplicateListener"),
        ("CreateLoadBalancerListeners", {**nobody, "Listeners": [listener]}, "LoadBalancerNotFound"),
        ("DeleteLoadBalancerListeners", {**nobody, "LoadBalancerPorts": [80]}, "LoadBalancerNotFound"),
        ("SetLoadBalancerListenerSSLCertificate", certificate(of, 80), "ListenerNotFound"),
        ("SetLoadBalancerListenerSSLCertificate", certificate(of, 8080), "CertificateNotFound"),
        ("ApplySecurityGroupsToLoadBalancer", {**of, "SecurityGroups": ["default"]}, "InvalidSecurityGroup"),
        ("AttachLoadBalancerToSubnets", {**of, "Subnets": ["subnet-0123456789abcdef0"]}, "SubnetNotFound"),
        ("DetachLoadBalancerFromSubnets", {**of, "Subnets": it["subnets"]}, "InvalidConfigurationRequest"),
        ("EnableAvailabilityZonesForLoadBalancer", {**nobody, "AvailabilityZones": ["a"]}, "LoadBalancerNotFound"),
        ("DisableAvailabilityZonesForLoadBalancer", {**nobody, "AvailabilityZones": ["a"]}, "LoadBalancerNotFound"),
        ("RegisterInstancesWithLoadBalancer", {**of, **stranger}, "InvalidInstance"),
        ("DeregisterInstancesFromLoadBalancer", {**of, **stranger}, "InvalidInstance"),
        ("DescribeInstanceHealth", {**of, **stranger}, "InvalidInstance"),
        ("DescribeInstanceHealth", nobody, "LoadBalancerNotFound"),
        ("AddTags", {"LoadBalancerNames": [it["name"]], "Tags": twice}, "DuplicateTagKeys"),
        ("AddTags", {"LoadBalancerNames": ["nobody"], "Tags": twice[:1]}, "LoadBalancerNotFound"),
        ("AddTags", {"LoadBalancerNames": [it["name"]], "Tags": [{"Key": "a", "Value": "v" * 257}]}, "ValidationError"),
        ("RemoveTags", {"LoadBalancerNames": ["nobody"], "Tags": [{"Key": "a"}]}, "LoadBalancerNotFound"),
        ("DescribeTags", {"LoadBalancerNames": ["nobody"]}, "LoadBalancerNotFound"),
    ]


def certificate(balancer, port):
    arn = "arn:aws:iam::123456789012:server-certificate/a"
    return {**balancer, "LoadBalancerPort": port, "SSLCertificateId": arn}


def policy_cases(account, it):
    of = {"LoadBalancerName": it["name"]}
    lasting = {**of, "PolicyName": "lasting", "CookieExpirationPeriod": 60}
    account.elb.create_lb_cookie_stickiness_policy(**lasting)
    listener = {**of, "LoadBalancerPort": 8080, "PolicyNames": ["lasting"]}
    account.elb.set_load_balancer_policies_of_listener(**listener)
    policy = {**of, "PolicyName": "new", "PolicyTypeName": "ProxyProtocolPolicyType"}
    return [
        ("CreateAppCookieStickinessPolicy", {**of, "PolicyName": "lasting", "CookieName": "c"}, "DuplicatePolicyName"),
        ("CreateLBCookieStickinessPolicy", lasting, "DuplicatePolicyName"),
        ("CreateLoadBalancerPolicy", {**policy, "PolicyTypeName": "Mood"}, "PolicyTypeNotFound"),
        ("CreateLoadBalancerPolicy", policy, "InvalidConfigurationRequest"),
        ("DescribeLoadBalancerPolicyTypes", {"PolicyTypeNames": ["Mood"]}, "PolicyTypeNotFound"),
        ("DescribeLoadBalancerPolicies", {**of, "PolicyNames": ["nobody"]}, "PolicyNotFound"),
        ("DeleteLoadBalancerPolicy", {**of, "PolicyName": "lasting"}, "InvalidConfigurationRequest"),
        ("SetLoadBalancerPoliciesOfListener", {**listener, "PolicyNames": ["nobody"]}, "PolicyNotFound"),
        ("SetLoadBalancerPoliciesOfListener", {**listener, "LoadBalancerPort": 1}, "ListenerNotFound"),
        ("SetLoadBalancerPoliciesForBackendServer", {**of, "InstancePort": 8080, "PolicyNames": ["nobody"]}, "PolicyNotFound"),
    ]
