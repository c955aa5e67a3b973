"""Classic load balancers: made, read, changed in every way, with instances that come and go, and taken down."""

from account import check, pages, wait
from fleet import HEALTH_CHECK, make_balancer, make_network
from instances import ids_of

SERVICE = """#!/bin/sh
cat > serve.mjs <<'END'
import { createServer } from 'node:http'
createServer((request, response) => response.end('well')).listen(8080, process.env.HOST)
END
cat > web.service <<'END'
[Service]
ExecStart=/usr/bin/env node %h/serve.mjs
[Install]
WantedBy=multi-user.target
END
systemctl link "$HOME/web.service"
systemctl enable --now web
"""
NAME = "referee"


def story(account):
    network = make_network(account, NAME)
    balancer = make_balancer(account, network, NAME)
    read(account, balancer)
    listeners(account)
    policies(account)
    placement(account, network)
    tags(account)
    registrations(account, network)
    account.elb.delete_load_balancer(LoadBalancerName=NAME)
    account.elb.delete_load_balancer(LoadBalancerName=NAME)
    left, _ = pages(account.elb, "describe_load_balancers", "LoadBalancerDescriptions")
    check("no balancer is left", left, [])
    account.ec2.delete_security_group(GroupId=network["security_group"])


def read(account, balancer):
    check("the health check is kept", balancer["HealthCheck"], HEALTH_CHECK)
    attributes = account.elb.describe_load_balancer_attributes(LoadBalancerName=NAME)["LoadBalancerAttributes"]
    draining = attributes["ConnectionDraining"]
    check("draining is on", draining, {"Enabled": True, "Timeout": 60})
    check("it is named after the region", f"{NAME}-" in balancer["DNSName"], True)
    for name in ["aaa", "bbb"]:
        again = {"Protocol": "TCP", "LoadBalancerPort": 9000, "InstancePort": 9000}
        account.elb.create_load_balancer(
            LoadBalancerName=name, Listeners=[again], AvailabilityZones=balancer["AvailabilityZones"]
        )
    account.elb.describe_account_limits()
    found, count = pages(account.elb, "describe_load_balancers", "LoadBalancerDescriptions", size=2)
    check("balancers come in pages", [[each["LoadBalancerName"] for each in found], count], [["aaa", "bbb", NAME], 2])
    for name in ["aaa", "bbb"]:
        account.elb.delete_load_balancer(LoadBalancerName=name)


def listeners(account):
    second = {"Protocol": "TCP", "LoadBalancerPort": 8081, "InstanceProtocol": "TCP", "InstancePort": 8080}
    account.elb.create_load_balancer_listeners(LoadBalancerName=NAME, Listeners=[second])
    found = [each["Listener"] for each in described(account)["ListenerDescriptions"]]
    check("a listener is added", second in found, True)
    account.elb.delete_load_balancer_listeners(LoadBalancerName=NAME, LoadBalancerPorts=[8081])
    check("a listener is deleted", len(described(account)["ListenerDescriptions"]), 1)


def policies(account):
    elb = account.elb
    elb.create_app_cookie_stickiness_policy(LoadBalancerName=NAME, PolicyName="app", CookieName="session")
    elb.create_lb_cookie_stickiness_policy(LoadBalancerName=NAME, PolicyName="lb", CookieExpirationPeriod=60)
    attribute = {"AttributeName": "ProxyProtocol", "AttributeValue": "true"}
    elb.create_load_balancer_policy(
        LoadBalancerName=NAME,
        PolicyName="proxy",
        PolicyTypeName="ProxyProtocolPolicyType",
        PolicyAttributes=[attribute],
    )
    elb.set_load_balancer_policies_of_listener(LoadBalancerName=NAME, LoadBalancerPort=8080, PolicyNames=["lb"])
    elb.set_load_balancer_policies_for_backend_server(
        LoadBalancerName=NAME, InstancePort=8080, PolicyNames=["proxy"]
    )
    found = elb.describe_load_balancer_policies(LoadBalancerName=NAME, PolicyNames=["proxy"])["PolicyDescriptions"]
    check("a policy keeps its attributes", found[0]["PolicyAttributeDescriptions"], [attribute])
    balancer = described(account)
    backends = [{"InstancePort": 8080, "PolicyNames": ["proxy"]}]
    check("the balancer shows its policies", balancer["BackendServerDescriptions"], backends)
    check("the listener shows its policy", balancer["ListenerDescriptions"][0]["PolicyNames"], ["lb"])
    elb.set_load_balancer_policies_of_listener(LoadBalancerName=NAME, LoadBalancerPort=8080, PolicyNames=[])
    elb.set_load_balancer_policies_for_backend_server(LoadBalancerName=NAME, InstancePort=8080, PolicyNames=[])
    for name in ["app", "lb", "proxy"]:
        elb.delete_load_balancer_policy(LoadBalancerName=NAME, PolicyName=name)
    left = elb.describe_load_balancer_policies(LoadBalancerName=NAME)["PolicyDescriptions"]
    check("no policy is left", left, [])


def placement(account, network):
    first, *others = network["subnets"]
    detached = account.elb.detach_load_balancer_from_subnets(LoadBalancerName=NAME, Subnets=[first])["Subnets"]
    check("a subnet is detached", sorted(detached), others)
    attached = account.elb.attach_load_balancer_to_subnets(LoadBalancerName=NAME, Subnets=[first])["Subnets"]
    check("a subnet is attached", sorted(attached), network["subnets"])
    zone = described(account)["AvailabilityZones"][0]
    zones = account.elb.disable_availability_zones_for_load_balancer(LoadBalancerName=NAME, AvailabilityZones=[zone])
    check("a zone is disabled", zone in zones["AvailabilityZones"], False)
    zones = account.elb.enable_availability_zones_for_load_balancer(LoadBalancerName=NAME, AvailabilityZones=[zone])
    check("a zone is enabled", zone in zones["AvailabilityZones"], True)
    applied = account.elb.apply_security_groups_to_load_balancer(
        LoadBalancerName=NAME, SecurityGroups=[network["security_group"]]
    )
    check("a security group is applied", applied["SecurityGroups"], [network["security_group"]])


def tags(account):
    account.elb.add_tags(LoadBalancerNames=[NAME], Tags=[{"Key": "tier", "Value": "front"}])
    account.elb.remove_tags(LoadBalancerNames=[NAME], Tags=[{"Key": "team"}])
    found = account.elb.describe_tags(LoadBalancerNames=[NAME])["TagDescriptions"][0]["Tags"]
    check("tags are added and removed", found, [{"Key": "tier", "Value": "front"}])


def registrations(account, network):
    ids = ids_of(
        account.ec2.run_instances(ImageId=network["image"], MinCount=2, MaxCount=2, UserData=SERVICE)
    )
    wait(account.ec2, "instance_running", InstanceIds=ids)
    named = [{"InstanceId": each} for each in ids]
    registered = account.elb.register_instances_with_load_balancer(LoadBalancerName=NAME, Instances=named)
    check("two are registered", sorted(each["InstanceId"] for each in registered["Instances"]), ids)
    wait(account.elb, "instance_in_service", LoadBalancerName=NAME, Instances=named)
    wait(account.elb, "any_instance_in_service", LoadBalancerName=NAME)
    left = account.elb.deregister_instances_from_load_balancer(LoadBalancerName=NAME, Instances=named[:1])
    check("one is left", left["Instances"], named[1:])
    wait(account.elb, "instance_deregistered", LoadBalancerName=NAME, Instances=named[:1])
    account.ec2.terminate_instances(InstanceIds=ids)
    wait(account.ec2, "instance_terminated", InstanceIds=ids)


def described(account):
    return account.elb.describe_load_balancers(LoadBalancerNames=[NAME])["LoadBalancerDescriptions"][0]
