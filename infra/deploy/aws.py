"""The operator's own way to AWS, and who he is there."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound
from botocore.session import Session, get_session

from infra.deploy.target import APP, Target
from infra.deploy.telling import Failed

_NO_CREDENTIALS = (
    "Sign in first: `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. An account in "
    "China has credentials of its own."
)


# A function that is called answers when it is done; `anchor` may run for 300 seconds. Whoever stops waiting before
# calls it again, and it runs twice at once.
_ANSWERS_WITHIN = 320
_PATIENT = {"lambda": Config(read_timeout=_ANSWERS_WITHIN)}


class Aws:
    """Clients of one region; the same one each time."""

    def __init__(self, region: str, session: Session | None = None) -> None:
        self.region = region
        self.session = session or get_session()
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A botocore client."""
        if service not in self._clients:
            patient = _PATIENT.get(service)
            self._clients[service] = self.session.create_client(
                service, region_name=self.region, config=patient
            )
        return self._clients[service]

    def offers(self, service: str) -> bool:
        """Whether botocore knows the service in this region; a service of a whole partition counts."""
        partition = self.session.get_partition_for_region(self.region)
        found: list[str] = self.session.get_available_regions(service, partition, allow_non_regional=True)
        return self.region in found or any(region.endswith("-global") for region in found)


def region_of(wanted: str) -> str:
    """The region that was named, or the one that the operator's AWS configuration has; raises Failed."""
    try:
        found: str = wanted or get_session().get_config_variable("region") or ""
    except ProfileNotFound as error:
        raise Failed(str(error), "Correct AWS_PROFILE.") from None
    if not found:
        raise Failed("No region is set.", "Say where: make deploy STAGE=prod REGION=eu-central-1")
    return found


def target(aws: Aws, stage: str, app: str = APP) -> Target:
    """The stage's place, from the credentials that are there; raises Failed when they open nothing."""
    try:
        partition = aws.session.get_partition_for_region(aws.region)
        suffix = _suffix(aws, partition)
        identity = aws.client("sts").get_caller_identity()
    except (NoCredentialsError, NoRegionError) as error:
        raise Failed(str(error), _NO_CREDENTIALS) from None
    except ClientError as error:
        raise Failed(f"AWS does not take the credentials: {error}", _NO_CREDENTIALS) from None
    except BotoCoreError as error:
        raise Failed(
            f"{aws.region} cannot be reached: {error}", "Correct the region, or look at the network."
        ) from None
    whose = str(identity["Arn"]).split(":")[1]
    if whose != partition:
        raise Failed(
            f"The credentials belong to the partition {whose}, the region {aws.region} to {partition}.",
            "Use credentials of that partition, or another region.",
        )
    return Target(stage, aws.region, str(identity["Account"]), partition, suffix, app)


def _suffix(aws: Aws, partition: str) -> str:
    data = aws.session.get_component("data_loader").load_data("partitions")
    outputs = next(p["outputs"] for p in data["partitions"] if p["id"] == partition)
    return str(outputs["dnsSuffix"])
