"""Makes the fleet that is replaced on moto: a group `web` of two behind a balancer, and
balancers on their own."""

from account import Account
from fleet import make_balancer, make_group, make_network
from parts import make_parts

NAME = "web"

account = Account()
network = make_network(account, NAME)
network["subnets"] = network["subnets"][:3]
account.ec2.create_key_pair(KeyName=NAME)
for balancer in [NAME, "extra", "green"]:
    make_balancer(account, network, balancer)
ids = make_group(account, network, NAME, 2, "#!/bin/sh\n", NAME, [NAME])
named = [{"InstanceId": each} for each in ids]
account.elb.register_instances_with_load_balancer(LoadBalancerName="extra", Instances=named)
make_parts(account, NAME, ids)
