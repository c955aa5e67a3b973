"""Certificates: made by a library that is not ours, imported, shown by a load balancer's listeners, and deleted."""

from datetime import datetime, timedelta, timezone

from account import check, pages
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

NAME = "secure"


def made_for(name):
    """A certificate for a name, signed by itself, and its key: as ImportCertificate takes them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return {
        "Certificate": certificate.public_bytes(serialization.Encoding.PEM),
        "PrivateKey": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    }


def story(account):
    acm, elb = account.acm, account.elb
    arns = [
        acm.import_certificate(**made_for(name), Tags=[{"Key": "team", "Value": "web"}])["CertificateArn"]
        for name in ["one.example.test", "two.example.test"]
    ]
    first, second = arns
    acm.add_tags_to_certificate(CertificateArn=first, Tags=[{"Key": "tier"}])
    tags = acm.list_tags_for_certificate(CertificateArn=first)["Tags"]
    check("a certificate is tagged", [tag["Key"] for tag in tags], ["team", "tier"])
    listed, count = pages(acm, "list_certificates", "CertificateSummaryList", size=1)
    names = [each["DomainName"] for each in listed]
    check("certificates come in pages", [names, count], [["one.example.test", "two.example.test"], 2])
    text = acm.get_certificate(CertificateArn=first)["Certificate"]
    check("a certificate is given back", text.startswith("-----BEGIN CERTIFICATE-----"), True)
    secure_listener(account, first, second)
    elb.delete_load_balancer(LoadBalancerName=NAME)
    for arn in arns:
        acm.delete_certificate(CertificateArn=arn)


def secure_listener(account, first, second):
    elb = account.elb
    listener = {
        "Protocol": "HTTPS",
        "LoadBalancerPort": 8443,
        "InstanceProtocol": "HTTP",
        "InstancePort": 8080,
        "SSLCertificateId": first,
    }
    zone = account.ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    elb.create_load_balancer(LoadBalancerName=NAME, Listeners=[listener], AvailabilityZones=[zone])
    described = described_listener(account)
    check("the listener keeps its certificate", described["Listener"], listener)
    policies = described["PolicyNames"]
    check("AWS's own security policy is the default", policies, ["ELBSecurityPolicy-2016-08"])
    elb.set_load_balancer_listener_ssl_certificate(
        LoadBalancerName=NAME, LoadBalancerPort=8443, SSLCertificateId=second
    )
    check("the listener has another certificate", described_listener(account)["Listener"]["SSLCertificateId"], second)
    user = account.acm.describe_certificate(CertificateArn=second)["Certificate"]["InUseBy"]
    check("the certificate is in use", [each.rpartition("/")[2] for each in user], [NAME])
    types = elb.describe_load_balancer_policy_types()["PolicyTypeDescriptions"]
    check("there are six types of policies", len(types), 6)


def described_listener(account):
    balancers = account.elb.describe_load_balancers(LoadBalancerNames=[NAME])["LoadBalancerDescriptions"]
    return balancers[0]["ListenerDescriptions"][0]
