"""A stack and its change sets, with progress shown while CloudFormation works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller

SECONDS_BETWEEN_LOOKS = 3.0
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_NEVER_WHOLE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True)
class Stack:
    """A stack as it is. `status` is CloudFormation's word, REVIEW_IN_PROGRESS for one that was only planned."""

    id: str
    status: str
    reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    @property
    def planned_only(self) -> bool:
        """Whether nothing of it exists yet."""
        return self.status == "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class Change:
    """What would happen to one resource: Add, Modify, Remove, Import; `replaced`: it would be made anew."""

    action: str
    name: str
    kind: str
    replaced: bool


@dataclass(frozen=True)
class ChangeSet:
    """A change set. `empty`: there is nothing to execute; one that only changes outputs has no changes, yet is not."""

    id: str
    changes: tuple[Change, ...] = ()
    empty: bool = False


class Stacks:
    """The stack of one stage. `sleep` waits between two looks."""

    def __init__(
        self, client: Any, target: Target, tell: Teller, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._target = target
        self._tell = tell
        self._sleep = sleep

    def found(self) -> Stack | None:
        """The stack, None when there is none."""
        try:
            return self._by_id(self._target.name)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def ready(self) -> Stack | None:
        """The stack once nothing is under way, None when there is none or only a plan of one. One whose creation failed
        is deleted: it holds nothing but what is kept and taken over. Raises Failed when a person has to resolve it."""
        stack = self.found()
        if stack is None or stack.planned_only:
            return None
        if stack.status.endswith("_IN_PROGRESS"):
            self._tell.line(f"{self._target.name} is {stack.status}: waiting for it to end")
            stack = self._watched(stack.id)
        if stack.status in _NEVER_WHOLE:
            self._tell.warning(
                f"{self._target.name} is {stack.status}: it was never whole. What is left of it goes first"
            )
            self.delete()
            return None
        if stack.status == "UPDATE_ROLLBACK_FAILED":
            raise Failed(
                f"The stack {self._target.name} could not return to what it was. {stack.reason}",
                f"aws cloudformation continue-update-rollback --stack-name {self._target.name}"
                f" --region {self._target.region}",
            )
        return stack

    def plan(self, template: str, parameters: Mapping[str, str]) -> ChangeSet:
        """A change set, described and not executed. A parameter that is not given stays as it is."""
        before = self.ready()
        made = self._client.create_change_set(
            StackName=self._target.name,
            ChangeSetName=f"make-{time.time_ns() // 1_000_000}",
            ChangeSetType="UPDATE" if before else "CREATE",
            TemplateBody=template,
            Parameters=_parameters(template, parameters, before),
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"],
            # What an earlier stack of this stage left behind belongs to it again.
            ImportExistingResources=True,
            Tags=[
                {"Key": "app", "Value": self._target.app},
                {"Key": "stage", "Value": self._target.stage},
            ],
        )
        return self._described(str(made["Id"]))

    def discard(self, change_set: ChangeSet) -> None:
        """Take a plan away again, and the shell of a stack that was only planned with it."""
        self._client.delete_change_set(ChangeSetName=change_set.id, StackName=self._target.name)
        stack = self.found()
        if stack is not None and stack.planned_only:
            self._client.delete_stack(StackName=stack.id)

    def execute(self, change_set: ChangeSet) -> Stack:
        """Carry it out and tell of each resource; raises Failed when it ends badly."""
        seen = self._seen()
        self._client.execute_change_set(ChangeSetName=change_set.id, StackName=self._target.name)
        stack = self._watched(self._target.name, seen)
        if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"):
            raise Failed(
                f"The stack ended as {stack.status}. {stack.reason}",
                "The first ✗ above says which resource and why. Mend that, then run the same command again.",
            )
        return stack

    def delete(self) -> None:
        """Delete the stack and wait until it is gone; what has DeletionPolicy Retain stays."""
        stack = self.found()
        if stack is None:
            return
        seen = self._seen()
        self._client.delete_stack(StackName=stack.id)
        gone = self._watched(stack.id, seen)
        if gone.status != "DELETE_COMPLETE":
            raise Failed(
                f"The stack ended as {gone.status}. {gone.reason}",
                "The ✗ above say what could not be deleted. Mend that, then run the same command again.",
            )

    def _described(self, change_set_id: str) -> ChangeSet:
        while True:
            pages = list(self._pages(change_set_id))
            status, reason = pages[0]["Status"], pages[0].get("StatusReason", "")
            if status == "FAILED" and any(words in reason for words in _NOTHING):
                return ChangeSet(change_set_id, empty=True)
            if status == "FAILED":
                raise Failed(
                    f"CloudFormation refuses the plan: {reason}",
                    "Mend what it names, then run the same command again.",
                )
            if status == "CREATE_COMPLETE":
                return ChangeSet(change_set_id, tuple(_change(c) for p in pages for c in p["Changes"]))
            self._sleep(SECONDS_BETWEEN_LOOKS)

    def _pages(self, change_set_id: str) -> Iterator[dict[str, Any]]:
        more: dict[str, str] = {}
        while True:
            page = self._client.describe_change_set(
                ChangeSetName=change_set_id, StackName=self._target.name, **more
            )
            yield page
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def _watched(self, stack_id: str, seen: set[str] | None = None) -> Stack:
        """Tell of each new event until nothing is under way."""
        told = self._seen() if seen is None else seen
        while True:
            for event in self._new_events(stack_id, told):
                self._told(event)
            stack = self._by_id(stack_id)
            if not stack.status.endswith("_IN_PROGRESS"):
                for event in self._new_events(stack_id, told):
                    self._told(event)
                return stack
            self._sleep(SECONDS_BETWEEN_LOOKS)

    def _by_id(self, stack_id: str) -> Stack:
        (stack,) = self._client.describe_stacks(StackName=stack_id)["Stacks"]
        return Stack(
            stack["StackId"],
            stack["StackStatus"],
            stack.get("StackStatusReason", ""),
            {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
            {p["ParameterKey"]: p.get("ParameterValue", "") for p in stack.get("Parameters", [])},
        )

    def _seen(self) -> set[str]:
        return {event["EventId"] for event in self._events(self._target.name)}

    def _new_events(self, stack_id: str, told: set[str]) -> list[dict[str, Any]]:
        """What was not told yet, oldest first."""
        new = [event for event in self._events(stack_id) if event["EventId"] not in told]
        told.update(event["EventId"] for event in new)
        return new[::-1]

    def _events(self, stack_id: str) -> list[dict[str, Any]]:
        try:
            events: list[dict[str, Any]] = self._client.describe_stack_events(StackName=stack_id)[
                "StackEvents"
            ]
        except ClientError as error:
            if "does not exist" in str(error):
                return []
            raise
        return events

    def _told(self, event: Mapping[str, Any]) -> None:
        status, name = event["ResourceStatus"], event.get("LogicalResourceId", "")
        kind, reason = event.get("ResourceType", ""), event.get("ResourceStatusReason", "")
        words = f"{status:<20} {name} ({kind})"
        if status.endswith("_FAILED"):
            self._tell.error(f"{words}: {reason}")
        elif status.endswith("_COMPLETE"):
            self._tell.good(words)
        else:
            self._tell.quiet(words)


def _parameters(template: str, given: Mapping[str, str], before: Stack | None) -> list[dict[str, str | bool]]:
    import json

    asked = json.loads(template)["Parameters"]
    known = before.parameters if before else {}
    chosen: list[dict[str, str | bool]] = []
    for name in asked:
        if name in given:
            chosen.append({"ParameterKey": name, "ParameterValue": given[name]})
        elif name in known:
            chosen.append({"ParameterKey": name, "UsePreviousValue": True})
    return chosen


def _change(entry: Mapping[str, Any]) -> Change:
    change = entry["ResourceChange"]
    return Change(
        change["Action"],
        change["LogicalResourceId"],
        change["ResourceType"],
        change.get("Replacement") in ("True", "Conditional"),
    )
