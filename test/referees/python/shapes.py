"""Judges the raw bytes of an answer by botocore's own model of the operation's output."""

import base64
import binascii
import re
from xml.etree import ElementTree

from trees import TREES

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
SCALARS = {
    "boolean": re.compile(r"true|false"),
    "integer": re.compile(r"-?\d+"),
    "long": re.compile(r"-?\d+"),
    "float": re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?"),
    "double": re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?"),
    "timestamp": TIMESTAMP,
}


def problems_of(operation, protocol, body, headers):
    """What is wrong with a successful answer: unknown and missing members, wrong types, values out of an enumeration."""
    problems = []
    shape = operation.output_shape
    if not body:
        if shape is not None and protocol != "rest-xml":
            problems.append("the body is empty")
        return problems
    if protocol in TREES:
        problems.extend(TREES[protocol](shape, body, operation.name))
        return problems
    root = ElementTree.fromstring(body)
    judge = Judge(problems)
    if protocol == "rest-xml":
        judge.rest(shape, root, headers)
    else:
        judge.query(operation, shape, root, protocol)
    return problems


class Judge:
    def __init__(self, problems):
        self.problems = problems

    def query(self, operation, shape, root, protocol):
        self.expect(local(root) == f"{operation.name}Response", local(root), f"the root is not {operation.name}Response")
        if protocol == "ec2":
            kept = [child for child in root if local(child) != "requestId"]
            self.expect(len(kept) == len(root) - 1, operation.name, "there is not exactly one requestId")
            self.members(shape, kept, operation.name)
            return
        named = {local(child): child for child in root}
        metadata = named.pop("ResponseMetadata", None)
        self.expect(
            metadata is not None and metadata.find("{*}RequestId") is not None,
            operation.name,
            "there is no ResponseMetadata/RequestId",
        )
        wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
        result = named.pop(wrapper, None) if wrapper else None
        self.expect(not named, operation.name, f"unknown elements {sorted(named)}")
        if wrapper:
            self.expect(result is not None, operation.name, f"there is no {wrapper}")
            self.members(shape, [] if result is None else list(result), operation.name)

    def rest(self, shape, root, headers):
        for name, member in shape.members.items():
            if member.serialization.get("location") == "header" and name in shape.required_members:
                header = member.serialization["name"]
                self.expect(header.lower() in {each.lower() for each in headers}, shape.name, f"no header {header}")
        self.members(shape, list(root), shape.name)

    def members(self, shape, children, path):
        """The children of an element as the members of a structure."""
        wire = {}
        for name, member in ({} if shape is None else shape.members).items():
            if member.serialization.get("location") is None:
                wire[wire_name(name, member)] = (name, member)
        seen = {}
        for child in children:
            seen.setdefault(local(child), []).append(child)
        for tag, elements in seen.items():
            if tag not in wire:
                self.problems.append(f"{path}.{tag}: the model has no such member")
                continue
            name, member = wire[tag]
            if is_flat(member):
                for element in elements:
                    self.value(member.member, element, f"{path}.{name}[]")
                continue
            self.expect(len(elements) == 1, f"{path}.{name}", f"occurs {len(elements)} times")
            self.value(member, elements[0], f"{path}.{name}")
        for tag, (name, member) in wire.items():
            required = name in shape.required_members
            self.expect(not required or tag in seen, f"{path}.{name}", "is required and missing")

    def value(self, shape, element, path):
        kind = shape.type_name
        if kind == "structure":
            self.members(shape, list(element), path)
        elif kind == "list":
            item = shape.member.serialization.get("name", "member")
            for child in element:
                self.expect(local(child) == item, path, f"an item is called {local(child)}, not {item}")
                self.value(shape.member, child, f"{path}[]")
        elif kind == "map":
            self.problems.append(f"{path}: no answer here has a map; teach the judge to read one")
        else:
            self.scalar(shape, element, path)

    def scalar(self, shape, element, path):
        text = element.text or ""
        self.expect(len(element) == 0, path, "is a scalar and has elements in it")
        pattern = SCALARS.get(shape.type_name)
        if pattern is not None:
            self.expect(pattern.fullmatch(text) is not None, path, f"{text!r} is no {shape.type_name}")
        elif shape.type_name == "blob":
            self.expect(is_base64(text), path, "is not base64")
        else:
            self.string(shape, text, path)

    def string(self, shape, text, path):
        if shape.enum:
            self.expect(text in shape.enum, path, f"{text!r} is not one of {', '.join(shape.enum)}")
        longest = shape.metadata.get("max")
        self.expect(longest is None or len(text) <= longest, path, f"is longer than {longest}")

    def expect(self, holds, path, problem):
        if not holds:
            self.problems.append(f"{path}: {problem}")


def local(element):
    return element.tag.rpartition("}")[2]


def wire_name(name, member):
    if is_flat(member):
        return member.member.serialization.get("name", member.serialization.get("name", name))
    return member.serialization.get("name", name)


def is_flat(member):
    return member.type_name == "list" and bool(member.serialization.get("flattened"))


def is_base64(text):
    try:
        base64.b64decode(text, validate=True)
        return True
    except binascii.Error:
        return False
