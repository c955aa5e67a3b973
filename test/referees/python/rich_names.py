"""What the rich fleet is called: names as long as AWS takes them."""

BALANCER = "rich-fleet-balancer-of-32-letter"
GROUP = "rich-fleet-".ljust(255, "g")
CONFIGURATION = "rich-launch-".ljust(255, "c")
IDLE_ALARM = "rich-idle-".ljust(255, "i")
RECORD = "rich.example.test"
TOPIC = "arn:aws:sns:us-east-1:123456789012:fleet"
# Half of them are given to the group's instances; one is as long as AWS takes it.
TAGS = {
    **{key: f"of {key}" for key in ["team", "tier", "cost", "owner", "stage"]},
    "tool-".ljust(128, "k"): "of tool-".ljust(256, "v"),
}


def is_propagated(key):
    return key >= "t"


def tags():
    return [{"Key": key, "Value": value} for key, value in TAGS.items()]
