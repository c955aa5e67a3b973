"""A classic load balancer with a setting of every kind."""

from certificates import made_for
from fleet import HEALTH_CHECK
from rich_names import BALANCER, RECORD, tags

OF = {"LoadBalancerName": BALANCER}


def make_rich_balancer(account, network):
    """Answers its description."""
    elb = account.elb
    certificate = account.acm.import_certificate(**made_for(RECORD))["CertificateArn"]
    web = {"InstanceProtocol": "HTTP", "InstancePort": 8080}
    elb.create_load_balancer(
        **OF,
        Listeners=[
            {"Protocol": "HTTP", "LoadBalancerPort": 9180, **web},
            {"Protocol": "HTTPS", "LoadBalancerPort": 9443, **web, "SSLCertificateId": certificate},
            # Nobody uses it: the application does not speak the proxy protocol.
            {"Protocol": "TCP", "LoadBalancerPort": 9900, "InstanceProtocol": "TCP", "InstancePort": 9000},
        ],
        Subnets=network["subnets"],
        SecurityGroups=[network["security_group"]],
        Tags=tags(),
    )
    elb.configure_health_check(**OF, HealthCheck={**HEALTH_CHECK, "Timeout": 3})
    elb.modify_load_balancer_attributes(
        **OF,
        LoadBalancerAttributes={
            "CrossZoneLoadBalancing": {"Enabled": True},
            "AccessLog": {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 5, "S3BucketPrefix": "rich"},
            "ConnectionDraining": {"Enabled": True, "Timeout": 20},
            "ConnectionSettings": {"IdleTimeout": 45},
            "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "strictest"}],
        },
    )
    make_policies(elb)
    return elb.describe_load_balancers(LoadBalancerNames=[BALANCER])["LoadBalancerDescriptions"][0]


def make_policies(elb):
    """Stickiness of both kinds, a TLS negotiation, and a backend policy."""
    elb.create_lb_cookie_stickiness_policy(**OF, PolicyName="sticky", CookieExpirationPeriod=60)
    elb.create_app_cookie_stickiness_policy(**OF, PolicyName="by-session", CookieName="session")
    for name, kind, attribute, value in [
        ("tls", "SSLNegotiationPolicyType", "Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01"),
        ("proxied", "ProxyProtocolPolicyType", "ProxyProtocol", "true"),
    ]:
        attributes = [{"AttributeName": attribute, "AttributeValue": value}]
        elb.create_load_balancer_policy(**OF, PolicyName=name, PolicyTypeName=kind, PolicyAttributes=attributes)
    elb.set_load_balancer_policies_of_listener(**OF, LoadBalancerPort=9180, PolicyNames=["sticky"])
    elb.set_load_balancer_policies_of_listener(**OF, LoadBalancerPort=9443, PolicyNames=["by-session", "tls"])
    elb.set_load_balancer_policies_for_backend_server(**OF, InstancePort=9000, PolicyNames=["proxied"])
