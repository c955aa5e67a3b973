"""Makes the fleet that is replaced on moto: a group `web` of two behind a balancer, and a balancer on its own."""

from account import Account
from fleet import make_balancer, make_group, make_network

NAME = "web"

account = Account()
network = make_network(account, NAME)
network["subnets"] = network["subnets"][:3]
account.ec2.create_key_pair(KeyName=NAME)
for balancer in [NAME, "extra"]:
    make_balancer(account, network, balancer)
ids = make_group(account, network, NAME, 2, "#!/bin/sh\n", NAME, [NAME])
named = [{"InstanceId": each} for each in ids]
account.elb.register_instances_with_load_balancer(LoadBalancerName="extra", Instances=named)

policies = {
    "sticky": ("LBCookieStickinessPolicyType", {"CookieExpirationPeriod": "60"}),
    "proxied": ("ProxyProtocolPolicyType", {"ProxyProtocol": "true"}),
}
for policy, (kind, attributes) in policies.items():
    account.elb.create_load_balancer_policy(
        LoadBalancerName="extra",
        PolicyName=policy,
        PolicyTypeName=kind,
        PolicyAttributes=[{"AttributeName": name, "AttributeValue": value} for name, value in attributes.items()],
    )
account.elb.set_load_balancer_policies_of_listener(
    LoadBalancerName="extra", LoadBalancerPort=8080, PolicyNames=["sticky"]
)
account.elb.set_load_balancer_policies_for_backend_server(
    LoadBalancerName="extra", InstancePort=8080, PolicyNames=["proxied"]
)
