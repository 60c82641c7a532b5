"""Which stage is deployed where, and every name that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

APP = "consultation-bell"


@dataclass(frozen=True)
class Target:
    """A stage in one account and region. `partition` is `aws` or `aws-cn`, `suffix` how its hosts end."""

    stage: str
    region: str
    account: str
    partition: str = "aws"
    suffix: str = "amazonaws.com"
    app: str = APP

    @property
    def name(self) -> str:
        """What the stack, the table and the HTTP function are called, and how all other names begin."""
        return f"{self.app}-{self.stage}"

    @property
    def commercial(self) -> bool:
        """Whether SES, SMS by SNS and budgets exist there."""
        return self.partition != "aws-cn"

    def function(self, name: str) -> str:
        """What Chalice calls an entry point; `api_handler` is the one behind HTTP."""
        return self.name if name == "api_handler" else f"{self.name}-{name}"

    def arn(self, service: str, resource: str) -> str:
        """The full name of something of this account in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    @property
    def deployed_parameter(self) -> str:
        """Where Chalice's record of what it deployed is kept."""
        return f"/{self.app}/{self.stage}/deployed"
