"""What a call to AWS needs, in the words of IAM, and whether a policy gives it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra.deploy.target import APP

ACCOUNT = "123456789012"


@dataclass(frozen=True, order=True)
class Need:
    """One permission: an action on a resource. `keys`: the partition keys that a call to the table names; `attributes`:
    those that a Scan asks for, none when it asks for all."""

    action: str
    resource: str
    keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


def needs(service: str, operation: str, given: Mapping[str, Any], region: str) -> tuple[Need, ...]:
    """What IAM asks before it lets a call with these parameters through; LookupError for a call nobody thought of."""
    return tuple(_NEEDS[service](operation, given, f"{region}:{ACCOUNT}"))


def _of_dynamodb(operation: str, given: Mapping[str, Any], where: str) -> Iterator[Need]:
    def table(name: str) -> str:
        return f"arn:aws:dynamodb:{where}:table/{name}"

    if operation == "TransactWriteItems":
        for item in given["TransactItems"]:
            ((kind, inner),) = item.items()
            action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
            yield Need(f"dynamodb:{action}", table(inner["TableName"]), _keys(inner))
    elif operation == "TransactGetItems":
        for item in given["TransactItems"]:
            yield Need("dynamodb:GetItem", table(item["Get"]["TableName"]))
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for name in given["RequestItems"]:
            yield Need(f"dynamodb:{operation}", table(name))
    else:
        index = f"/index/{given['IndexName']}" if given.get("IndexName") else ""
        where = table(given["TableName"]) + index
        yield Need(f"dynamodb:{operation}", where, _keys(given), _attributes(operation, given))


def _keys(given: Mapping[str, Any]) -> tuple[str, ...]:
    key = (given.get("Key") or given.get("Item") or {}).get("pk", {}).get("S")
    return (key,) if key else ()


def _attributes(operation: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """What a Scan reads of each row: everything its expressions name, when it names what it wants."""
    if operation != "Scan" or "ProjectionExpression" not in given:
        return ()
    return tuple(sorted(given["ExpressionAttributeNames"].values()))


def _of_s3(operation: str, given: Mapping[str, Any], _: str) -> Iterator[Need]:
    bucket = f"arn:aws:s3:::{given['Bucket']}"
    if operation == "CopyObject":
        source = given["CopySource"]
        yield Need("s3:GetObject", f"arn:aws:s3:::{source['Bucket']}/{source['Key']}")
        yield Need("s3:PutObject", f"{bucket}/{given['Key']}")
    elif operation == "ListObjectsV2":
        yield Need("s3:ListBucket", bucket)
    elif operation in ("HeadObject", "GetObject"):
        yield Need("s3:GetObject", f"{bucket}/{given['Key']}")
    else:
        yield Need(f"s3:{operation}", f"{bucket}/{given['Key']}" if "Key" in given else bucket)


def _of_sns(operation: str, given: Mapping[str, Any], _: str) -> Iterator[Need]:
    # A telephone number is no resource with an ARN; a topic is.
    yield Need(f"sns:{operation}", given.get("TopicArn") or given.get("TargetArn") or given["PhoneNumber"])


def _of_ses(operation: str, given: Mapping[str, Any], where: str) -> Iterator[Need]:
    resources = [f"arn:aws:ses:{where}:identity/{given['FromEmailAddress']}"]
    if given.get("ConfigurationSetName"):
        resources.append(f"arn:aws:ses:{where}:configuration-set/{given['ConfigurationSetName']}")
    actions = ["ses:SendEmail", *(["ses:SendRawEmail"] if "Raw" in given["Content"] else [])]
    yield from (Need(action, resource) for action in actions for resource in resources)


def _of_states(operation: str, given: Mapping[str, Any], where: str) -> Iterator[Need]:
    # A token belongs to an execution of the only state machine there is.
    machine = given.get("stateMachineArn") or f"arn:aws:states:{where}:stateMachine:{APP}-prod-escalation"
    yield Need(f"states:{operation}", machine)


def _of_secrets(operation: str, given: Mapping[str, Any], _: str) -> Iterator[Need]:
    yield Need(f"secretsmanager:{operation}", given["SecretId"])


def _of_events(operation: str, given: Mapping[str, Any], where: str) -> Iterator[Need]:
    for entry in given["Entries"]:
        yield Need(f"events:{operation}", f"arn:aws:events:{where}:event-bus/{entry['EventBusName']}")


_NEEDS = {
    "events": _of_events,
    "dynamodb": _of_dynamodb,
    "s3": _of_s3,
    "sns": _of_sns,
    "sesv2": _of_ses,
    "stepfunctions": _of_states,
    "secretsmanager": _of_secrets,
}


def allows(policy: Mapping[str, Any], need: Need) -> bool:
    """Whether a policy lets it through."""
    return any(_covers(statement, need) for statement in policy["Statement"])


def grants(policy: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every action that a policy allows, with the statement that does."""
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            yield action, statement["Sid"]


def used(policy: Mapping[str, Any], seen: Iterable[Need]) -> set[tuple[str, str]]:
    """The grants of a policy without which one of these would not have come through."""
    return {
        (need.action, statement["Sid"])
        for need in seen
        for statement in policy["Statement"]
        if _covers(statement, need)
    }


def _covers(statement: Mapping[str, Any], need: Need) -> bool:
    if statement["Effect"] != "Allow" or need.action not in statement["Action"]:
        return False
    if "NotResource" in statement:
        where = not _matches(statement["NotResource"], need.resource)
    else:
        where = _matches(statement["Resource"], need.resource)
    return where and _meets(statement.get("Condition", {}), need)


def _matches(patterns: str | list[str], resource: str) -> bool:
    """IAM's `*` and `?`; a resource that is itself unknown to the end matches what it may be."""
    wanted = [patterns] if isinstance(patterns, str) else patterns
    return any(
        fnmatchcase(resource, pattern.replace("[", "[[]")) or fnmatchcase(pattern, resource)
        for pattern in wanted
    )


def _meets(condition: Mapping[str, Any], need: Need) -> bool:
    return all(
        _meets_one(operator, key, [values] if isinstance(values, str) else values, need)
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def _meets_one(operator: str, key: str, values: list[str], need: Need) -> bool:
    if (operator, key) == ("ForAllValues:StringLike", "dynamodb:LeadingKeys"):
        return all(any(fnmatchcase(key, pattern) for pattern in values) for key in need.keys)
    if (operator, key) == ("ForAllValues:StringEquals", "dynamodb:Attributes"):
        # AWS wants every key attribute of the table among them, whether or not it is asked for.
        return set(need.attributes) | {"pk", "sk"} <= set(values)
    if (operator, key) == ("StringEqualsIfExists", "dynamodb:Select"):
        # A call that names no attributes asks for ALL_ATTRIBUTES, whether or not it says so.
        return ("SPECIFIC_ATTRIBUTES" if need.attributes else "ALL_ATTRIBUTES") in values
    raise LookupError(f"nobody thought of the condition {operator} {json.dumps({key: values})}")
