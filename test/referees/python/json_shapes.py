"""Judges an answer in JSON by botocore's own model of the operation's output."""

import json

KINDS = {
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "string": str,
    "blob": str,
    "structure": dict,
    "map": dict,
    "list": list,
}


def problems_of(shape, body):
    """What is wrong with a successful answer, as for the answers in XML."""
    answer = json.loads(body)
    if shape is None:
        return [] if answer == {} else [f"{answer} where nothing is to be said"]
    problems = []
    judge(shape, answer, shape.name, problems)
    return problems


def judge(shape, value, path, problems):
    kind = shape.type_name
    if not isinstance(value, KINDS[kind]) or (kind != "boolean" and isinstance(value, bool)):
        problems.append(f"{path}: {value!r} is no {kind}")
    elif kind == "structure":
        members(shape, value, path, problems)
    elif kind == "list":
        for item in value:
            judge(shape.member, item, f"{path}[]", problems)
    elif kind == "map":
        for item in value.values():
            judge(shape.value, item, f"{path}{{}}", problems)
    elif kind == "string" and shape.enum and value not in shape.enum:
        problems.append(f"{path}: {value!r} is not one of {', '.join(shape.enum)}")


def members(shape, value, path, problems):
    for name, item in value.items():
        if name not in shape.members:
            problems.append(f"{path}.{name}: the model has no such member")
        else:
            judge(shape.members[name], item, f"{path}.{name}", problems)
    for name in shape.required_members:
        if name not in value:
            problems.append(f"{path}.{name}: is required and missing")
