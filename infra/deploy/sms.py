"""What became of SMS by SNS: a log that SNS keeps when it is told to, of the whole account in a region.

The log's two groups are the account's, as its names are, and so is the setting: no stage's stack can own them. So
`make deploy` makes the groups, asks before it sets anything, and leaves alone what somebody else has set. What is the
stage's own is in its stack: the role, and the filters that tell the function `report`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.deploy.telling import Teller

KEPT_DAYS = 7
"""Reports come within three days; each has a telephone number in it."""
MOST_FILTERS = 2
"""So many may read one log group, says CloudWatch."""
_ROLE, _RATE = "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate"


class SmsLog:
    """SNS's log of SMS, as one stage sees it."""

    def __init__(self, aws: Aws, target: Target, tell: Teller) -> None:
        self._sns, self._logs = aws.client("sns"), aws.client("logs")
        self._target, self._tell = target, tell

    @property
    def groups(self) -> tuple[str, str]:
        """What SNS calls its log of what arrived, and of what did not."""
        name = f"sns/{self._target.region}/{self._target.account}/DirectPublishToPhoneNumber"
        return name, f"{name}/Failure"

    def agreed(self, said: str) -> bool:
        """Whether SNS keeps the log already, or the operator wants it to: `said` is `on`, `off`, or nothing, and then
        he is asked."""
        if said == "off":
            return False
        if self._attributes().get(_ROLE) or said == "on":
            return True
        self._tell.warning(
            "SNS keeps no log of what becomes of SMS, so nobody hears of those that are lost. It is a setting of the "
            f"whole account in {self._target.region}: the log holds telephone numbers, for {KEPT_DAYS} days."
        )
        if (
            self._tell.ask(
                "To let SNS keep it, type yes; else press Enter (SMS_LOG=on or off answers beforehand):"
            )
            == "yes"
        ):
            return True
        self._tell.line("Left as it is")
        return False

    def readable(self) -> bool:
        """Make the groups that are missing; whether this stage may read them, or does already."""
        for group in self.groups:
            self._make(group)
        others = max(len(self._readers(group)) for group in self.groups)
        if others >= MOST_FILTERS:
            self._tell.warning(
                f"{others} others read SNS's log of SMS and no more may: this stage hears nothing of its own."
            )
        return others < MOST_FILTERS

    def keep(self, role: str) -> None:
        """Have SNS keep the log with this role, unless somebody's role does already."""
        found = self._attributes()
        if not found.get(_ROLE):
            self._sns.set_sms_attributes(attributes={_ROLE: role, _RATE: "100"})
            self._tell.good("SNS keeps a log of SMS, and this stage reads it")
        elif found.get(_RATE) != "100":
            self._tell.warning(
                f"SNS logs {found.get(_RATE) or '0'} % of the SMS that arrived, as somebody else has set it: left so."
            )
        else:
            self._tell.good("This stage reads SNS's log of SMS")

    def forget(self, role: str) -> None:
        """Undo `keep`, if it is this stage's role that SNS uses."""
        if role and self._attributes().get(_ROLE) == role:
            self._sns.set_sms_attributes(attributes={_ROLE: "", _RATE: ""})
            self._tell.warning(
                "SNS keeps no log of SMS any more. If another stage of the account reads it: `make deploy` there, once."
            )

    def _attributes(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._sns.get_sms_attributes()["attributes"]
        return found

    def _make(self, group: str) -> None:
        known = self._group(group)
        if known is None:
            self._logs.create_log_group(logGroupName=group)
        if known is None or not known.get("retentionInDays"):
            self._logs.put_retention_policy(logGroupName=group, retentionInDays=KEPT_DAYS)

    def _group(self, group: str) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = self._logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return next((one for one in found if one["logGroupName"] == group), None)

    def _readers(self, group: str) -> list[str]:
        """The functions of others that read a group."""
        filters = self._logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        ours = self._target.arn("lambda", f"function:{self._target.function('report')}")
        return [one["destinationArn"] for one in filters if one["destinationArn"] != ours]
