"""An account used through boto3: every answer is judged, every operation noted, and what is found is printed as JSON lines."""

import json
import time
from unittest.mock import patch

import boto3
from botocore.config import Config

from shapes import problems_of

SERVICES = ["ec2", "autoscaling", "elb", "elbv2", "cloudwatch", "route53", "acm", "sts", "wafv2"]


class Account:
    def __init__(self):
        self.session = boto3.Session()
        self.answers = {}
        # A refusal, and an answer that breaks off, must be seen as they are.
        self.config = Config(retries={"total_max_attempts": 1})
        clients = [self._client(name) for name in SERVICES]
        self.ec2, self.autoscaling, self.elb, self.elbv2, self.cloudwatch, *others = clients
        self.route53, self.acm, self.sts, self.wafv2 = others

    def report_answers(self):
        """One line for each operation that was answered: what is wrong with its answers."""
        for operation, problems in sorted(self.answers.items()):
            say(answered=operation, problems=sorted(problems))

    def speaking(self, service, protocol):
        """A client of a service of several protocols that speaks one which boto3 would not choose by itself."""
        with patch("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,)):
            client = self._client(service)
            assert client.meta.service_model.resolved_protocol == protocol
        return client

    def _client(self, name):
        client = self.session.client(name, config=self.config)
        client.meta.events.register("response-received", self._judge(client))
        return client

    def _judge(self, client):
        model = client.meta.service_model

        def judge(response_dict, parsed_response, event_name, **_):
            if response_dict is None or response_dict["status_code"] >= 300:
                return
            operation = model.operation_model(event_name.rpartition(".")[2])
            found = problems_of(
                operation, model.resolved_protocol, response_dict["body"], response_dict["headers"]
            )
            key = f"{name_of(model)}:{operation.name}"
            self.answers.setdefault(key, set()).update(found)

        return judge


def name_of(model):
    """A service as the cloud names it: one name signs for both generations of load balancing."""
    is_balancing = model.signing_name == "elasticloadbalancing"
    return model.service_name if is_balancing else model.signing_name


def say(**line):
    print(json.dumps(line, default=str), flush=True)


def check(name, actual, expected):
    """What was seen beside what AWS would show: the test compares them."""
    say(check=name, actual=actual, expected=expected)


def wait(client, name, **arguments):
    """Waits with one of boto3's own waiters, faster than its default."""
    client.get_waiter(name).wait(**arguments, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})


def until(what, look, within=60):
    """Polls for what boto3 has no waiter for; answers what `look` found."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"not within {within} s: {what}")


def pages(client, operation, key, size=None, **arguments):
    """All items of a paginated operation, by boto3's own paginator; and in how many pages they came."""
    config = {} if size is None else {"PaginationConfig": {"PageSize": size}}
    found = list(client.get_paginator(operation).paginate(**arguments, **config))
    return [item for page in found for item in page[key]], len(found)
