"""What AWS refuses of that which guards load balancers: operation, parameters, AWS's code."""

from guards import SCOPE, VISIBILITY, make_acl, make_balancer
from refused_target_groups import NO_BALANCER, NO_LISTENER

NAME = "refused-guard"
STORE = {"CaCertificatesBundleS3Bucket": "authorities", "CaCertificatesBundleS3Key": "all.pem"}
NO_ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/nobody/73e2d6bc-24d8-a067-9683-b2d02a6cabee"
ROLE = "arn:aws:iam::123456789012:role/web"


def balancer_guard_cases(account):
    account.elbv2.create_trust_store(Name=NAME, **STORE)
    missing = "LoadBalancerNotFound"
    certificate = {"Certificates": [{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/none"}]}
    no_store = "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/nobody/73e2d6bc24d8a067"
    return [
        ("CreateTrustStore", {"Name": NAME, **STORE}, "DuplicateTrustStoreName"),
        ("DescribeTrustStores", {"Names": ["nobody"]}, "TrustStoreNotFound"),
        ("DeleteTrustStore", {"TrustStoreArn": no_store}, "TrustStoreNotFound"),
        ("DescribeCapacityReservation", NO_BALANCER, missing),
        ("ModifyCapacityReservation", {**NO_BALANCER, "ResetCapacityReservation": True}, missing),
        ("SetIpAddressType", {**NO_BALANCER, "IpAddressType": "ipv4"}, missing),
        ("AddListenerCertificates", {**NO_LISTENER, **certificate}, "CertificateNotFound"),
        ("RemoveListenerCertificates", {**NO_LISTENER, **certificate}, "ListenerNotFound"),
    ]


def web_acl_cases(account, it):
    made = make_acl(account, NAME)
    balancer = make_balancer(account, it, NAME)
    account.wafv2.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=balancer)
    named = {"Name": NAME, "Scope": SCOPE, "Id": made["Id"]}
    lock = account.wafv2.get_web_acl(**named)["LockToken"]
    given = {"Name": NAME, "Scope": SCOPE, "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY}
    nobody = {**named, "Name": "nobody"}
    unknown = "WAFNonexistentItemException"
    return [
        ("CreateWebACL", given, "WAFDuplicateItemException"),
        ("ListWebACLs", {"Scope": SCOPE, "NextMarker": "?"}, "WAFInvalidParameterException"),
        ("GetWebACL", nobody, unknown),
        ("ListTagsForResource", {"ResourceARN": NO_ACL}, unknown),
        ("ListResourcesForWebACL", {"WebACLArn": NO_ACL}, unknown),
        ("AssociateWebACL", {"WebACLArn": NO_ACL, "ResourceArn": balancer}, unknown),
        ("DisassociateWebACL", {"ResourceArn": NO_BALANCER["LoadBalancerArn"]}, unknown),
        ("GetWebACLForResource", {"ResourceArn": ROLE}, "WAFInvalidParameterException"),
        ("DeleteWebACL", {**nobody, "LockToken": lock}, unknown),
        ("DeleteWebACL", {**named, "LockToken": lock}, "WAFAssociatedItemException"),
        ("DeleteWebACL", {**named, "LockToken": made["Id"]}, "WAFOptimisticLockException"),
    ]
