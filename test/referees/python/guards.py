"""What guards an Application Load Balancer: certificates for further names, trust stores, a web ACL, reserved capacity."""

from account import check, wait
from certificates import made_for
from fleet import make_network

NAME = "guarded"
SCOPE = "REGIONAL"
VISIBILITY = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": NAME}
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


def make_balancer(account, network, name):
    placed = {"Subnets": network["subnets"], "SecurityGroups": [network["security_group"]]}
    arn = account.elbv2.create_load_balancer(Name=name, **placed)["LoadBalancers"][0]["LoadBalancerArn"]
    wait(account.elbv2, "load_balancer_available", LoadBalancerArns=[arn])
    return arn


def make_acl(account, name):
    given = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY, "Tags": [{"Key": "team", "Value": "web"}]}
    return account.wafv2.create_web_acl(Name=name, Scope=SCOPE, **given)["Summary"]


def story(account):
    network = make_network(account, NAME)
    balancer = make_balancer(account, network, NAME)
    capacity(account, balancer)
    certificates(account, balancer)
    trust(account)
    web_acl(account, balancer)
    account.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    wait(account.elbv2, "load_balancers_deleted", LoadBalancerArns=[balancer])
    account.ec2.delete_security_group(GroupId=network["security_group"])


def capacity(account, balancer):
    elbv2, of = account.elbv2, {"LoadBalancerArn": balancer}
    kept = elbv2.set_ip_address_type(**of, IpAddressType="ipv4")["IpAddressType"]
    check("addresses are of the fourth version", kept, "ipv4")
    elbv2.modify_capacity_reservation(**of, MinimumLoadBalancerCapacity={"CapacityUnits": 300})
    reserved = elbv2.describe_capacity_reservation(**of)["MinimumLoadBalancerCapacity"]
    check("capacity is reserved", reserved, {"CapacityUnits": 300})
    elbv2.modify_capacity_reservation(**of, ResetCapacityReservation=True)
    left = elbv2.describe_capacity_reservation(**of)
    check("it is given up", "MinimumLoadBalancerCapacity" in left, False)


def certificates(account, balancer):
    elbv2 = account.elbv2
    first, second = [
        account.acm.import_certificate(**made_for(name))["CertificateArn"]
        for name in ["guarded.example.test", "more.example.test"]
    ]
    given = {"Protocol": "HTTPS", "Port": 8443, "Certificates": [{"CertificateArn": first}]}
    made = elbv2.create_listener(LoadBalancerArn=balancer, **given, DefaultActions=[NOT_FOUND])
    of = {"ListenerArn": made["Listeners"][0]["ListenerArn"]}
    added = elbv2.add_listener_certificates(**of, Certificates=[{"CertificateArn": second}])["Certificates"]
    check("a listener has a certificate for more names", [each["CertificateArn"] for each in added], [second])
    shown = elbv2.describe_listener_certificates(**of)["Certificates"]
    check("the first is the default", {each["CertificateArn"]: each["IsDefault"] for each in shown}, {first: True, second: False})
    elbv2.remove_listener_certificates(**of, Certificates=[{"CertificateArn": second}])
    shown = elbv2.describe_listener_certificates(**of)["Certificates"]
    check("it is taken away", [each["CertificateArn"] for each in shown], [first])
    elbv2.delete_listener(**of)
    for arn in [first, second]:
        account.acm.delete_certificate(CertificateArn=arn)


def trust(account):
    elbv2 = account.elbv2
    place = {"CaCertificatesBundleS3Bucket": "authorities", "CaCertificatesBundleS3Key": "all.pem"}
    arn = elbv2.create_trust_store(Name=NAME, **place)["TrustStores"][0]["TrustStoreArn"]
    found = elbv2.describe_trust_stores(Names=[NAME])["TrustStores"]
    check("a trust store is active", [[each["TrustStoreArn"], each["Status"]] for each in found], [[arn, "ACTIVE"]])
    elbv2.delete_trust_store(TrustStoreArn=arn)
    check("no trust store is left", elbv2.describe_trust_stores()["TrustStores"], [])


def web_acl(account, balancer):
    waf = account.wafv2
    made = make_acl(account, NAME)
    arn, of = made["ARN"], {"ResourceArn": balancer}
    listed = waf.list_web_acls(Scope=SCOPE)["WebACLs"]
    check("a web ACL is listed", [each["Name"] for each in listed], [NAME])
    tags = waf.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"]
    check("it has its tags", tags, [{"Key": "team", "Value": "web"}])
    waf.associate_web_acl(WebACLArn=arn, **of)
    check("it guards the load balancer", waf.get_web_acl_for_resource(**of)["WebACL"]["ARN"], arn)
    check("it says what it guards", waf.list_resources_for_web_acl(WebACLArn=arn)["ResourceArns"], [balancer])
    waf.disassociate_web_acl(**of)
    check("it guards nothing any more", "WebACL" in waf.get_web_acl_for_resource(**of), False)
    lock = waf.get_web_acl(Name=NAME, Scope=SCOPE, Id=made["Id"])["LockToken"]
    waf.delete_web_acl(Name=NAME, Scope=SCOPE, Id=made["Id"], LockToken=lock)
