"""Judges answers that are trees of values and not markup: CloudWatch's, in JSON and in CBOR."""

import datetime
import json

from botocore.parsers import RpcV2CBORParser

KINDS = {
    "boolean": bool,
    "integer": int,
    "long": int,
    # A whole number may be written without a point.
    "float": (int, float),
    "double": (int, float),
    "blob": bytes,
    "string": str,
}


def judge_cbor(shape, body, name):
    parser = RpcV2CBORParser()
    tree = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
    return judged(shape, tree, name, datetime.datetime)


def judge_json(shape, body, name):
    return judged(shape, json.loads(body), name, (int, float))


TREES = {"json": judge_json, "smithy-rpc-v2-cbor": judge_cbor}


def judged(shape, tree, name, timestamp):
    judge = TreeJudge({**KINDS, "timestamp": timestamp})
    judge.document(shape, tree, name)
    return judge.problems


class TreeJudge:
    def __init__(self, kinds):
        self.kinds = kinds
        self.problems = []

    def document(self, shape, tree, path):
        if shape is None:
            self.expect(tree == {}, path, "has no output, and answers one")
        else:
            self.value(shape, tree, path)

    def value(self, shape, value, path):
        kind = shape.type_name
        if kind == "structure":
            self.members(shape, value, path)
        elif kind == "list":
            self.expect(isinstance(value, list), path, "is no list")
            for item in value if isinstance(value, list) else []:
                self.value(shape.member, item, f"{path}[]")
        elif kind == "map":
            self.problems.append(f"{path}: no answer here has a map; teach the judge to read one")
        else:
            right = isinstance(value, self.kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))
            self.expect(right, path, f"{value!r} is no {kind}")
            if shape.type_name == "string" and shape.enum:
                self.expect(value in shape.enum, path, f"{value!r} is not one of {', '.join(shape.enum)}")

    def members(self, shape, value, path):
        if not isinstance(value, dict):
            self.problems.append(f"{path}: is no structure")
            return
        for name, member in value.items():
            if name in shape.members:
                self.value(shape.members[name], member, f"{path}.{name}")
            else:
                self.problems.append(f"{path}.{name}: the model has no such member")
        for name in shape.required_members:
            self.expect(name in value, f"{path}.{name}", "is required and missing")

    def expect(self, holds, path, problem):
        if not holds:
            self.problems.append(f"{path}: {problem}")
