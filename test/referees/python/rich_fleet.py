"""
Makes a fleet with a setting of every kind, that is replicated by others afterwards: rich_fleet.py USER_DATA_FILE

One instance in a group behind a balancer, as `rich.example.test`; both have names as long as AWS takes them.
"""

import sys
from pathlib import Path

from account import Account, say, wait
from fleet import make_network, members, name_balancer, settled
from rich_alarms import make_alarms, make_policies
from rich_balancer import make_rich_balancer
from rich_group import make_parts, make_rich_group
from rich_names import BALANCER, GROUP, RECORD, TAGS, is_propagated


def main(user_data):
    account = Account()
    network = make_network(account, "rich")
    balancer = make_rich_balancer(account, network)
    make_rich_group(account, network, user_data)
    make_parts(account)
    make_alarms(account, make_policies(account))
    zones = account.route53.list_hosted_zones_by_name(DNSName="example.test")["HostedZones"]
    name_balancer(account, zones[0]["Id"], RECORD, balancer)
    settled(account, GROUP, 1)
    named = [{"InstanceId": each} for each in members(account, GROUP)]
    wait(account.elb, "instance_in_service", LoadBalancerName=BALANCER, Instances=named)
    propagated = {key: value for key, value in TAGS.items() if is_propagated(key)}
    say(group=GROUP, balancer=BALANCER, propagated=propagated)


main(Path(sys.argv[1]).read_text())
