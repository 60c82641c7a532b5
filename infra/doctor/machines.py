"""The stack and the functions, what calls them, what watches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from infra.deploy.checks import Finding
from infra.doctor.stage import Stage, error, good, warning

_SCHEDULED = ("sweep", "canary", "anchor")
# What is set by a deployment alone; its value says nothing about the configuration.
_NOT_COMPARED = frozenset({"SECRET_KEY", "KEY_BROUGHT_AT"})


def stack(stage: Stage) -> Iterator[Finding]:
    """Whole, and as the template says as far as CloudFormation has looked."""
    (found,) = stage.client("cloudformation").describe_stacks(StackName=stage.where.name)["Stacks"]
    status = found["StackStatus"]
    if status.endswith("_IN_PROGRESS"):
        yield warning(f"The stack is {status}: wait for it to end.")
    elif "ROLLBACK" in status or status.endswith("_FAILED"):
        yield error(f"The stack is {status}: look at its events, then `make deploy` again.")
    else:
        yield good(f"The stack is {status}")
    if found.get("DriftInformation", {}).get("StackDriftStatus") == "DRIFTED":
        yield warning(
            "Somebody changed by hand what the stack describes: look at its drift, then `make deploy`."
        )


def functions(stage: Stage) -> Iterator[Finding]:
    """All there, able to run, and with the settings that .chalice/config.json has."""
    for name in stage.functions:
        full = stage.where.function(name)
        try:
            found = stage.client("lambda").get_function_configuration(FunctionName=full)
        except stage.client("lambda").exceptions.ResourceNotFoundException:
            yield error(f"The function {full} is not there: `make deploy`.")
            continue
        yield from _able(full, found)
        yield from _as_told(stage, full, found.get("Environment", {}).get("Variables", {}))
    yield good(f"{len(stage.functions)} functions were looked at")


def _able(full: str, found: Mapping[str, Any]) -> Iterator[Finding]:
    if found.get("State", "Active") not in ("Active", "Inactive"):
        yield error(f"{full} is {found['State']}: {found.get('StateReason', '')} `chalice deploy` again.")
    if found.get("LastUpdateStatus", "Successful") == "Failed":
        yield error(
            f"The last update of {full} failed: {found.get('LastUpdateStatusReason', '')} Deploy again."
        )


def _as_told(stage: Stage, full: str, deployed: Mapping[str, str]) -> Iterator[Finding]:
    told = {name: value for name, value in stage.told.items() if name not in _NOT_COMPARED}
    other = sorted(name for name in told if told[name] != deployed.get(name, ""))
    if other:
        yield warning(
            f"{full} runs with another {', '.join(other)} than .chalice/config.json says: "
            f"chalice deploy --stage {stage.where.stage}."
        )


def mapping(stage: Stage) -> Iterator[Finding]:
    """The stream is fed to react, and to publish where there is a bus, and goes well."""
    yield from _fed(stage, "react", "nobody is alerted")
    if stage.told.get("EVENT_BUS"):
        yield from _fed(stage, "publish", "other systems are told nothing")


def _fed(stage: Stage, name: str, so: str) -> Iterator[Finding]:
    function = stage.where.function(name)
    found = stage.client("lambda").list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    if not found:
        yield error(f"The stream is not fed to {name}, so {so}: `make deploy` connects it.")
    for one in found:
        state, result = one.get("State", ""), one.get("LastProcessingResult", "")
        if state not in ("Enabled", "Enabling", "Creating", "Updating"):
            yield error(
                f"The stream is {state} for {name}, so {so}: aws lambda update-event-source-mapping "
                f"--uuid {one['UUID']} --enabled --region {stage.where.region}"
            )
        elif result.startswith("PROBLEM"):
            yield error(f"The stream says {result}: docs/runbooks/{name}-faults.md.")
        else:
            yield good(f"The stream is fed to {name}")


def schedules(stage: Stage) -> Iterator[Finding]:
    """The minute and the hour are called."""
    events = stage.client("events")
    for name in _SCHEDULED:
        if name not in stage.functions:
            continue
        arn = stage.where.arn("lambda", f"function:{stage.where.function(name)}")
        rules = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
        states = [events.describe_rule(Name=rule)["State"] for rule in rules]
        if not rules:
            yield error(f"Nothing calls {name}: chalice deploy --stage {stage.where.stage}.")
        elif not any(state.startswith("ENABLED") for state in states):
            yield error(f"The schedule of {name} is off: aws events enable-rule --name {rules[0]}")
        else:
            yield good(f"{name} is called on schedule")


def timelines(stage: Stage) -> Iterator[Finding]:
    """The state machine runs, and its executions end well."""
    client = stage.client("stepfunctions")
    arn = stage.where.arn("states", f"stateMachine:{stage.where.name}-escalation")
    status = client.describe_state_machine(stateMachineArn=arn).get("status", "ACTIVE")
    if status != "ACTIVE":
        yield error(f"The state machine is {status}: `make deploy`.")
    failed = client.list_executions(stateMachineArn=arn, statusFilter="FAILED", maxResults=100)["executions"]
    recent = [e["name"] for e in failed if stage.now - e["startDate"] < timedelta(days=1)]
    if recent:
        yield warning(
            f"{len(recent)} executions failed lately ({recent[0]} …): docs/runbooks/timelines-failed.md."
        )
    else:
        yield good("The state machine runs")


def alarms(stage: Stage) -> Iterator[Finding]:
    """There are alarms, somebody hears them, and none is ringing."""
    pages = stage.client("cloudwatch").get_paginator("describe_alarms")
    found = [a for p in pages.paginate(AlarmNamePrefix=f"{stage.where.name}-") for a in p["MetricAlarms"]]
    if not found:
        yield error("There are no alarms: `make deploy`.")
        return
    ringing = [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
    for alarm in ringing:
        short = alarm["AlarmName"].removeprefix(f"{stage.where.name}-")
        yield error(f"The alarm {short} is on ({alarm.get('StateReason', '')}): docs/runbooks/{short}.md.")
    if not ringing:
        yield good(f"{len(found)} alarms, none is on")
    yield from _heard(stage)


def _heard(stage: Stage) -> Iterator[Finding]:
    arn = stage.where.arn("sns", f"{stage.where.name}-operator-alerts")
    subscribed = stage.client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    confirmed = [s for s in subscribed if s["SubscriptionArn"] != "PendingConfirmation"]
    if not confirmed:
        yield warning("Nobody hears the alarms: make deploy OPERATOR_MAIL=you@…, then confirm the mail.")


def logs(stage: Stage) -> Iterator[Finding]:
    """Every log ends some day: personal data is not in them, but nothing is kept without need."""
    pages = stage.client("logs").get_paginator("describe_log_groups")
    prefix = f"/aws/lambda/{stage.where.name}"
    names = {f"/aws/lambda/{stage.where.function(name)}" for name in stage.functions}
    groups = [g for p in pages.paginate(logGroupNamePrefix=prefix) for g in p["logGroups"]]
    endless = sorted(
        g["logGroupName"] for g in groups if g["logGroupName"] in names and not g.get("retentionInDays")
    )
    if endless:
        yield warning(f"Kept for ever: {', '.join(endless)}. `make deploy` gives them an end.")
    else:
        yield good(f"{len(names & {g['logGroupName'] for g in groups})} logs, each with an end")
