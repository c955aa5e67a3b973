"""What Certificate Manager refuses: operation, parameters, AWS's code."""

from certificates import made_for

SECURE = "refused-secure"


def certificates_cases(account):
    own = made_for("refused.test")
    arn = account.acm.import_certificate(**own)["CertificateArn"]
    listener = {"Protocol": "HTTPS", "LoadBalancerPort": 8443, "InstanceProtocol": "HTTP", "InstancePort": 8080}
    zone = account.ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    account.elb.create_load_balancer(
        LoadBalancerName=SECURE, Listeners=[{**listener, "SSLCertificateId": arn}], AvailabilityZones=[zone]
    )
    unknown = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/none"}
    other = made_for("other.test")["PrivateKey"]
    return [
        ("ImportCertificate", {**own, "PrivateKey": other}, "ValidationException"),
        ("ImportCertificate", {**own, "Certificate": b"no"}, "ValidationException"),
        ("ImportCertificate", {**own, "Tags": [{"Key": "aws:mine"}]}, "InvalidTagException"),
        ("ImportCertificate", {**own, **unknown}, "ResourceNotFoundException"),
        ("DescribeCertificate", unknown, "ResourceNotFoundException"),
        ("DescribeCertificate", {"CertificateArn": "refused"}, "InvalidArnException"),
        ("GetCertificate", unknown, "ResourceNotFoundException"),
        ("ListCertificates", {"NextToken": "?"}, "ValidationException"),
        ("DeleteCertificate", unknown, "ResourceNotFoundException"),
        ("DeleteCertificate", {"CertificateArn": arn}, "ResourceInUseException"),
        ("AddTagsToCertificate", {**unknown, "Tags": [{"Key": "a"}]}, "ResourceNotFoundException"),
        ("ListTagsForCertificate", unknown, "ResourceNotFoundException"),
    ]
