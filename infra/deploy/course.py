"""The steps of a deployment in their order. Each may be done again: a run that stopped is simply started again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalicelib import wiring
from chalicelib.config import mail_comes_back
from infra.deploy import checks, destroy, policies, ship, smoke, template
from infra.deploy.aws import Aws
from infra.deploy.configuration import Configuration
from infra.deploy.kept import left_behind
from infra.deploy.ship import Record
from infra.deploy.sms import SmsLog
from infra.deploy.stack import ChangeSet, Stack, Stacks
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller

CONNECTED = {"ConnectReact": "react", "ConnectPublish": "publish", "ConnectReport": "report"}
"""Which parameter connects which function, once it exists."""
SETTINGS = {
    "OPERATOR_MAIL": "OperatorMail",
    "MONTHLY_BUDGET": "MonthlyBudget",
    "SMS_SPEND_ALARM": "SmsSpendAlarm",
    "LOG_DAYS": "LogDays",
    "BUS": "EventBus",
    "STREAM_BATCH": "StreamBatch",
    "STREAM_LANES": "StreamLanes",
    "ANCHOR_LOCK": "AnchorLock",
    "ANCHOR_DAYS": "AnchorDays",
    "DELETION_PROTECTION": "DeletionProtection",
}
"""What the operator may set for the stack when he calls `make deploy`; what is not set stays as it is."""


@dataclass
class Course:
    """A deployment of one stage. `execute` runs Chalice, `ask` makes what speaks to the API: tests bring their own."""

    aws: Aws
    target: Target
    folder: Path
    tell: Teller
    execute: ship.Run = ship.run
    ask: Callable[[str], smoke.Ask] = smoke.over_https
    sleep: Callable[[float], None] = time.sleep
    settings: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def stacks(self) -> Stacks:
        """The stage's stack."""
        return Stacks(self.aws.client("cloudformation"), self.target, self.tell, self.sleep)

    @property
    def configuration(self) -> Configuration:
        """.chalice/config.json as it is now."""
        return Configuration.read(self.folder)

    @property
    def record(self) -> Record:
        """What Chalice deployed."""
        return Record(self.aws, self.target, self.folder)

    def deploy(self) -> None:
        """Everything, in order; raises Failed at the first step that does not come off."""
        self.check()
        self.tell.step("The stack")
        stack = self._changed({})
        self.configure(stack)
        self.tell.step("The code")
        url = ship.ship(self.record, self.target, self.tell, self.execute)
        self.tell.good(f"The API is at {url}")
        self.connect(stack)
        self.smoke(url)
        self._farewell(url)

    def check(self) -> None:
        """Whether all is as it must be; touches nothing."""
        self.tell.step("Checks")
        stack = self.stacks.ready()
        checks.run(self.aws, self.target, self.configuration, stack, self.tell)
        if stack is None:
            self._warn_of_the_lock()

    def plan(self) -> ChangeSet:
        """Show what a deployment would change in the stack, and take the change set away again."""
        self.check()
        self.tell.step("What would change")
        change_set = self._planned({})
        try:
            self._show(change_set)
        finally:
            self.stacks.discard(change_set)
        self.tell.line("Code is not compared; `make deploy` ships it as it is. Nothing was changed.")
        return change_set

    def configure(self, stack: Stack) -> None:
        """The outputs and the policies into .chalice."""
        self.tell.step("Configuration")
        configuration = self.configuration
        if configuration.merge(self.target.stage, stack.outputs):
            self.tell.good(f"The stack's outputs are in {configuration.path}")
        else:
            self.tell.good(f"{configuration.path} says it all already")
        block = configuration.stage(self.target.stage)
        changed = policies.write(
            self.folder,
            self.target.app,
            self.target.stage,
            policies.Where.of(self.target),
            self.configuration.environment(self.target.stage),
            sorted(block["lambda_functions"]),
        )
        self.tell.good(f"Policies: {', '.join(changed) or 'as they were'}")

    def connect(self, stack: Stack) -> None:
        """Feed the functions that exist now with the stream and with news of mail and SMS; only once needed."""
        there = set(self.configuration.stage(self.target.stage)["lambda_functions"])
        known = stack.parameters
        wanted = {name: "true" for name, function in CONNECTED.items() if function in there and name in known}
        log = self._sms_log(stack)
        if "ConnectSms" in known:
            wanted["ConnectSms"] = "true" if log and log.readable() else "false"
        if not wanted.items() <= known.items():
            self.tell.step("The stream")
            stack = self._changed(wanted)
        if log:
            log.keep(stack.outputs["SmsLogRoleArn"])

    def _sms_log(self, stack: Stack) -> SmsLog | None:
        """SNS's log of SMS, where SNS sends them and the operator wants it kept."""
        environment = self.configuration.environment(self.target.stage)
        by = environment.get("SMS_PROVIDER") or policies.DEFAULTS["SMS_PROVIDER"]
        if by != "sns" or "SmsLogRoleArn" not in stack.outputs:
            return None
        self.tell.step("What becomes of SMS")
        log = SmsLog(self.aws, self.target, self.tell)
        return log if log.agreed(self.settings.get("SMS_LOG", "")) else None

    def smoke(self, url: str) -> None:
        """Ring, answer and close a bell that alerts nobody."""
        self.tell.step("A trial bell")
        with _environment(self.configuration.environment(self.target.stage), self.target.region):
            smoke.Smoke(wiring.ports(), self.ask(url), self.tell, self.sleep).run()

    def destroy(self) -> None:
        """Take the stage out of service, after asking."""
        destroy.run(self.aws, self.target, self.stacks, self.record, self.tell, self.execute)

    def _warn_of_the_lock(self) -> None:
        """What cannot be taken back for years, said while it can still be chosen."""
        parameters = template.document(self.target)["Parameters"]
        names = ("ANCHOR_LOCK", "ANCHOR_DAYS")
        lock, days = (self.settings.get(name) or parameters[SETTINGS[name]]["Default"] for name in names)
        if lock == "COMPLIANCE":
            self.tell.warning(
                f"Each day's anchor will be locked for {days} days: until then nobody can remove it or its bucket. "
                "For a stage to try things: ANCHOR_LOCK=GOVERNANCE ANCHOR_DAYS=1"
            )

    def _planned(self, connections: Mapping[str, str]) -> ChangeSet:
        environment = self.configuration.environment(self.target.stage)
        given = {SETTINGS[name]: self.settings[name] for name in SETTINGS if self.settings.get(name)}
        kept = {} if self.stacks.ready() else left_behind(self.aws, self.target)
        parameters = {
            "AppName": self.target.app,
            "Stage": self.target.stage,
            "PageOrigins": ",".join(_origins(environment)),
            "Traces": "true" if environment.get("TRACES") else "false",
            "Mailbox": "true" if mail_comes_back(environment) else "false",
            **kept,
            **given,
            **connections,
        }
        return self.stacks.plan(template.rendered(self.target), parameters)

    def _changed(self, connections: Mapping[str, str]) -> Stack:
        stacks = self.stacks
        change_set = self._planned(connections)
        if not change_set.empty:
            self._show(change_set)
            return stacks.execute(change_set)
        stacks.discard(change_set)
        self.tell.good("Nothing to change")
        stack = stacks.ready()
        if stack is None:
            raise Failed("The stack went away while it was looked at.", "Run the same command again.")
        return stack

    def _show(self, change_set: ChangeSet) -> None:
        if not change_set.changes:
            self.tell.good("Nothing" if change_set.empty else "Only outputs or settings")
        for change in change_set.changes:
            line = f"{change.action:<7} {change.name} ({change.kind})"
            if change.replaced:
                self.tell.warning(f"{line}: would be MADE ANEW")
            else:
                self.tell.line(line)

    def _farewell(self, url: str) -> None:
        public = self.configuration.environment(self.target.stage).get("PUBLIC_URL", "")
        self.tell.step(f"Stage {self.target.stage} is in service")
        self.tell.line(f'Let {public} lead to {url} if it does not yet (docs/deploying.md, "The address").')
        self.tell.line(f"Then its places and people: make place STAGE={self.target.stage} FILE=… APPLY=1")
        self.tell.line(f"From now on code alone goes with: {ship.by_hand(self.target)}")


def _origins(environment: Mapping[str, str]) -> list[str]:
    """Scheme and host of each address that pages are shown under."""
    urls = [environment.get(name, "") for name in ("PUBLIC_URL", "LINK_URL")]
    parts = [urlsplit(url) for url in urls if url]
    return list(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


class _environment:  # noqa: N801 - read as a word: `with _environment(…)`
    """The stage's settings as this process's, while the context lasts: the ports are then the stage's."""

    def __init__(self, settings: Mapping[str, str], region: str) -> None:
        self._settings = {**settings, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._settings}
        os.environ.update(self._settings)
        wiring.install(None)

    def __exit__(self, *_: Any) -> None:
        for name, value in self._before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        wiring.install(None)
