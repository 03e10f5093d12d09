"""Decides requests as IAM does: denied unless a statement allows, and a statement that denies wins."""

import json
import re

KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def matches(pattern: str, text: str, flags: int = 0) -> bool:
    glob = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(glob, text, flags) is not None


def condition_holds(operator: str, key: str, wanted, context: dict) -> bool:
    optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    if key not in context:
        return optional
    actual = context[key]
    if operator in ("StringEquals", "Bool", "ArnEquals"):
        return actual in listed(wanted)
    if operator in ("StringLike", "ArnLike"):
        return any(matches(pattern, actual) for pattern in listed(wanted))
    raise ValueError(f"condition operator {operator} is not simulated")


def applies(statement: dict, action: str, resource: str, context: dict) -> bool:
    unknown = statement.keys() - KNOWN
    if unknown:
        raise ValueError(f"{unknown} is not simulated")
    return (
        any(matches(pattern, action, re.I) for pattern in listed(statement["Action"]))
        and any(matches(pattern, resource) for pattern in listed(statement["Resource"]))
        and all(
            condition_holds(operator, key, wanted, context)
            for operator, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
    )


def allowed(policies: list, action: str, resource: str, context: dict) -> bool:
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in listed(policy["Statement"])
        if applies(statement, action, resource, context)
    }
    return effects == {"Allow"}


def policies_of(state: dict, role: str) -> list:
    """The policies of a role, by the end of its name."""
    ids = {a["id"] for address, a in state.items() if ".aws_iam_role." in address and a["name"].endswith("-" + role)}
    found = [
        json.loads(attributes["policy"])
        for address, attributes in state.items()
        if ".aws_iam_role_policy." in address and attributes["role"] in ids
    ]
    if not found:
        raise ValueError(f"no policy of a role {role}")
    return found
