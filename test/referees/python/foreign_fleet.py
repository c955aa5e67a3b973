"""Makes a fleet that is deployed by others afterwards: foreign_fleet.py USER_DATA_FILE

Two instances in a group `shop`, behind a balancer of the group's and one that the group knows nothing of.
"""

import sys
from pathlib import Path

from account import Account, check, wait
from fleet import make_balancer, make_group, make_network, name_balancer

NAME = "shop"


def main(user_data):
    account = Account()
    network = make_network(account, NAME)
    key = account.ec2.describe_key_pairs()["KeyPairs"][0]["KeyName"]
    front = make_balancer(account, network, "shop-front", port=9080)
    extra = make_balancer(account, network, "shop-extra", port=9081)
    ids = make_group(account, network, NAME, 2, user_data, key, ["shop-front"])
    named = [{"InstanceId": each} for each in ids]
    account.elb.register_instances_with_load_balancer(LoadBalancerName="shop-extra", Instances=named)
    for balancer in ["shop-front", "shop-extra"]:
        wait(account.elb, "instance_in_service", LoadBalancerName=balancer, Instances=named)
    zone = account.route53.create_hosted_zone(Name="shop.test", CallerReference=NAME)["HostedZone"]["Id"]
    name_balancer(account, zone, "front.shop.test", front)
    name_balancer(account, zone, "extra.shop.test", extra)
    check("the group has two", len(ids), 2)


main(Path(sys.argv[1]).read_text())
