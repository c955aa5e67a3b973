"""What Route 53 refuses: operation, parameters, AWS's code."""


def names_cases(account, it):
    zone = {"HostedZoneId": it["zone"]}
    present = record("there")
    account.route53.change_resource_record_sets(**zone, ChangeBatch=batch(("CREATE", present)))
    unknown = "Z0123456789ABCDEFGHI"
    tagged = {"ResourceType": "hostedzone", "ResourceId": unknown}
    alias = {"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": "nobody.us-east-1.elb.amazonaws.com"}
    target = {"Name": "www.refused.test", "Type": "A", "AliasTarget": {**alias, "EvaluateTargetHealth": False}}
    return [
        ("CreateHostedZone", {"Name": "refused.test", "CallerReference": it["name"]}, "HostedZoneAlreadyExists"),
        ("CreateHostedZone", {"Name": "a..test", "CallerReference": "new"}, "InvalidDomainName"),
        ("CreateHostedZone", {"Name": "new.test"}, "InvalidInput"),
        ("GetHostedZone", {"Id": unknown}, "NoSuchHostedZone"),
        ("TestDNSAnswer", {"HostedZoneId": unknown, "RecordName": "a.test", "RecordType": "A"}, "NoSuchHostedZone"),
        ("TestDNSAnswer", {**zone, "RecordName": "elsewhere.test", "RecordType": "A"}, "InvalidInput"),
        ("DeleteHostedZone", {"Id": it["zone"]}, "HostedZoneNotEmpty"),
        ("DeleteHostedZone", {"Id": unknown}, "NoSuchHostedZone"),
        ("ListHostedZones", {"MaxItems": "many"}, "InvalidInput"),
        ("ListHostedZonesByName", {"MaxItems": "0"}, "InvalidInput"),
        ("ListResourceRecordSets", {"HostedZoneId": unknown}, "NoSuchHostedZone"),
        ("ListResourceRecordSets", {**zone, "StartRecordType": "A"}, "InvalidInput"),
        ("GetChange", {"Id": "C0123456789ABCDEFGHI"}, "NoSuchChange"),
        *(
            ("ChangeResourceRecordSets", {**zone, "ChangeBatch": batch(change)}, code)
            for change, code in [
                (("CREATE", present), "InvalidChangeBatch"),
                (("DELETE", record("absent")), "InvalidChangeBatch"),
                (("DELETE", {**present, "TTL": 61}), "InvalidChangeBatch"),
                (("UPSERT", {**present, "Name": "elsewhere.test"}), "InvalidChangeBatch"),
                (("UPSERT", {**present, "ResourceRecords": [{"Value": "web"}]}), "InvalidChangeBatch"),
                (("UPSERT", {**present, "Type": "CNAME", "Name": "refused.test"}), "InvalidChangeBatch"),
                (("UPSERT", target), "InvalidChangeBatch"),
                (("UPSERT", {**present, "Weight": 256, "SetIdentifier": "a"}), "InvalidInput"),
                (("UPSERT", {**present, "Weight": 1}), "InvalidInput"),
                (("CREATE", {**present, "Weight": 1, "SetIdentifier": "a"}), "InvalidChangeBatch"),
                (("UPSERT", {"Name": "new.refused.test", "Type": "A"}), "InvalidInput"),
                (("REPLACE", present), "InvalidInput"),
            ]
        ),
        ("ChangeResourceRecordSets", {**zone, "ChangeBatch": {"Changes": []}}, "InvalidInput"),
        ("ChangeResourceRecordSets", {"HostedZoneId": unknown, "ChangeBatch": batch(("CREATE", present))}, "NoSuchHostedZone"),
        ("ChangeTagsForResource", {**tagged, "RemoveTagKeys": ["a"]}, "NoSuchHostedZone"),
        ("ListTagsForResource", tagged, "NoSuchHostedZone"),
        ("ListTagsForResource", {**tagged, "ResourceType": "healthcheck"}, "NoSuchHealthCheck"),
        ("ListHealthChecks", {}, "UnknownOperationException"),
    ]


def record(name):
    value = [{"Value": "192.0.2.1"}]
    return {"Name": f"{name}.refused.test", "Type": "A", "TTL": 60, "ResourceRecords": value}


def batch(*changes):
    return {"Changes": [{"Action": action, "ResourceRecordSet": which} for action, which in changes]}
