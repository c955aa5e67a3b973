"""A hosted zone with an alias for a balancer: made, read, changed and taken down."""

from account import check, pages, wait
from fleet import change_records, make_balancer, make_network, name_balancer


def story(account):
    network = make_network(account, "zones")
    balancer = make_balancer(account, network, "zones")
    zone = make_zone(account)
    read(account, zone)
    name_balancer(account, zone, "www.example.test", balancer)
    records(account, zone)
    tags(account, zone)
    take_down(account, zone)
    account.elb.delete_load_balancer(LoadBalancerName="zones")
    account.ec2.delete_security_group(GroupId=network["security_group"])


def make_zone(account):
    made = account.route53.create_hosted_zone(
        Name="example.test", CallerReference="referee", HostedZoneConfig={"Comment": "made by boto3"}
    )
    wait(account.route53, "resource_record_sets_changed", Id=made["ChangeInfo"]["Id"])
    return made["HostedZone"]["Id"]


def read(account, zone):
    found = account.route53.get_hosted_zone(Id=zone)
    check("a zone has four name servers", len(found["DelegationSet"]["NameServers"]), 4)
    other = account.route53.create_hosted_zone(Name="another.test", CallerReference="another")["HostedZone"]["Id"]
    check("zones are counted", account.route53.get_hosted_zone_count()["HostedZoneCount"] > 0, True)
    asked = {"RecordName": "example.test", "RecordType": "SOA"}
    account.route53.test_dns_answer(HostedZoneId=zone, **asked)
    zones, count = pages(account.route53, "list_hosted_zones", "HostedZones", size=1)
    check("zones come in pages", [{each["Id"] for each in zones} == {zone, other}, count], [True, 2])
    by_name = account.route53.list_hosted_zones_by_name(DNSName="example.test", MaxItems="1")["HostedZones"]
    check("a zone is found by name", by_name[0]["Id"], zone)
    account.route53.delete_hosted_zone(Id=other)


def records(account, zone):
    weighted = [
        {
            "Name": "api.example.test",
            "Type": "A",
            "SetIdentifier": which,
            "Weight": weight,
            "TTL": 60,
            "ResourceRecords": [{"Value": address}],
        }
        for which, weight, address in [("blue", 255, "192.0.2.1"), ("green", 0, "192.0.2.2")]
    ]
    text = {"Name": "*.example.test", "Type": "TXT", "TTL": 5, "ResourceRecords": [{"Value": '"a text"'}]}
    change_records(account, zone, *[("CREATE", record) for record in [*weighted, text]])
    found, count = pages(
        account.route53, "list_resource_record_sets", "ResourceRecordSets", size=2, HostedZoneId=zone
    )
    names = [f"{each['Name']} {each['Type']} {each.get('SetIdentifier', '')}".strip() for each in found]
    check("records come in pages and in order", [names, count], [NAMES, 3])
    weigh(account, zone, weighted)
    change_records(account, zone, *[("DELETE", record) for record in [*weighted, text]])


def weigh(account, zone, sets):
    """Answers go by weight; an UPSERT of one set of a name leaves the others alone."""
    asked = {"HostedZoneId": zone, "RecordName": "api.example.test", "RecordType": "A"}

    def answered():
        return {tuple(account.route53.test_dns_answer(**asked)["RecordData"]) for _ in range(8)}

    check("a weight of 0 is not answered", answered(), {("192.0.2.1",)})
    blue = {**sets[0], "ResourceRecords": [{"Value": "192.0.2.3"}]}
    change_records(account, zone, ("UPSERT", blue))
    check("the set that was changed is answered", answered(), {("192.0.2.3",)})
    start = {"StartRecordName": "api.example.test", "StartRecordType": "A", "StartRecordIdentifier": "green"}
    found = account.route53.list_resource_record_sets(HostedZoneId=zone, MaxItems="1", **start)
    name = {"Name": "api.example.test."}
    check("the other set is as it was", found["ResourceRecordSets"], [{**sets[1], **name}])
    change_records(account, zone, ("UPSERT", sets[0]))


NAMES = [
    "example.test. NS",
    "example.test. SOA",
    "\\052.example.test. TXT",
    "api.example.test. A blue",
    "api.example.test. A green",
    "www.example.test. A",
]


def tags(account, zone):
    named = {"ResourceType": "hostedzone", "ResourceId": zone.rpartition("/")[2]}
    added = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    account.route53.change_tags_for_resource(**named, AddTags=added)
    account.route53.change_tags_for_resource(**named, RemoveTagKeys=["b"])
    found = account.route53.list_tags_for_resource(**named)["ResourceTagSet"]["Tags"]
    check("a zone's tags are changed", found, added[:1])


def take_down(account, zone):
    found, _ = pages(account.route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
    own = [record for record in found if record["Type"] not in ("NS", "SOA")]
    change = change_records(account, zone, *[("DELETE", record) for record in own])
    status = account.route53.get_change(Id=change["Id"])["ChangeInfo"]["Status"]
    check("the change is in sync", status, "INSYNC")
    account.route53.delete_hosted_zone(Id=zone)
    check("no zone is left", account.route53.list_hosted_zones()["HostedZones"], [])
