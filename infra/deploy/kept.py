"""What an earlier stack of the stage left behind and CloudFormation takes over by no name: the key and the secrets."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.deploy.telling import Failed


def left_behind(aws: Aws, target: Target) -> dict[str, str]:
    """The template's parameters that name what is there already; asked only when there is no stack. Raises Failed when
    it is about to be deleted."""
    place = f"{target.app}/{target.stage}"
    found = {
        "KeptKey": _key(aws, f"alias/{target.name}"),
        "KeptSecretKey": _secret(aws, f"{place}/key"),
        "KeptProviderSecrets": _secret(aws, f"{place}/providers"),
    }
    return {name: arn for name, arn in found.items() if arn}


def _key(aws: Aws, alias: str) -> str:
    found = _asked(aws.client("kms").describe_key, "NotFoundException", KeyId=alias)
    if not found:
        return ""
    key = found["KeyMetadata"]
    if key["KeyState"] != "Enabled":
        raise Failed(
            f"The key {alias} is {key['KeyState']}; without it the stage's data cannot be read.",
            f"aws kms cancel-key-deletion --key-id {key['KeyId']}; aws kms enable-key --key-id {key['KeyId']}",
        )
    return str(key["Arn"])


def _secret(aws: Aws, name: str) -> str:
    found = _asked(aws.client("secretsmanager").describe_secret, "ResourceNotFoundException", SecretId=name)
    if found and found.get("DeletedDate"):
        raise Failed(
            f"The secret {name} is about to be deleted; links and look-ups of the stage's data hang on it.",
            f"aws secretsmanager restore-secret --secret-id {name}",
        )
    return str(found.get("ARN", ""))


def _asked(look: Any, missing: str, **what: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = look(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] == missing:
            return {}
        raise
    return found
