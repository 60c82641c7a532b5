"""The state machine as text: what is deployed is what the code says, and every state it names exists."""

import re
from pathlib import Path
from typing import Any

from chalicelib.timeline import machine
from infra.inline import TEMPLATE_PATH, inlined
from infra.local.embedded import load_template

DEFINITION = machine.definition()
STATES: dict[str, dict[str, Any]] = DEFINITION["States"]


def targets(state: dict[str, Any]) -> list[str]:
    """The states that may follow."""
    following = [catcher["Next"] for catcher in state.get("Catch", [])]
    return [state["Next"], *following] if "Next" in state else following


def test_the_committed_file_is_what_the_code_generates() -> None:
    assert machine.ASL_PATH.read_text("utf-8") == machine.render(), "run: python -m infra.inline"


def test_the_template_holds_the_committed_definition() -> None:
    template = TEMPLATE_PATH.read_text("utf-8")
    assert inlined(template, machine.render()) == template, "run: python -m infra.inline"
    assert load_template()["Resources"]["Timeline"]["Properties"]["DefinitionString"] == machine.render()


def test_a_changed_definition_would_be_noticed() -> None:
    template = TEMPLATE_PATH.read_text("utf-8")
    changed = inlined(template, '{"StartAt": "Elsewhere"}\n')
    assert changed != template
    assert inlined(changed, machine.render()) == template


def test_every_state_that_is_named_exists_and_is_reached() -> None:
    named = {DEFINITION["StartAt"], *(target for state in STATES.values() for target in targets(state))}
    assert named == set(STATES)


def test_every_state_goes_on_or_ends() -> None:
    for name, state in STATES.items():
        assert ("Next" in state) != (state["Type"] == "Succeed"), name


def test_the_loop_has_two_states_and_one_end() -> None:
    assert DEFINITION["StartAt"] == "AwaitSignal"
    assert {name: state["Type"] for name, state in STATES.items()} == {
        "AwaitSignal": "Task",
        "Advance": "Task",
        "Closed": "Succeed",
    }
    assert STATES["AwaitSignal"]["Next"] == "AwaitSignal"
    assert STATES["Advance"]["Next"] == "AwaitSignal"


def test_no_partition_region_account_or_waiting_time_is_written_into_it() -> None:
    text = machine.render()
    assert not re.search(r"arn:aws[^-]|[a-z]{2}-[a-z]+-\d|\d{12}", text)
    assert 'TimeoutSeconds"' not in text
    assert STATES["AwaitSignal"]["TimeoutSecondsPath"] == "$.seconds"
    assert set(re.findall(r"\$\{(\w+)\}", text)) == {"Partition", "TableName", "AdvanceFunctionArn"}


def test_every_placeholder_is_substituted_by_the_template() -> None:
    properties = load_template()["Resources"]["Timeline"]["Properties"]
    assert set(properties["DefinitionSubstitutions"]) == set(re.findall(r"\$\{(\w+)\}", machine.render()))


def test_a_closed_bell_ends_the_execution_from_either_state() -> None:
    for name in ("AwaitSignal", "Advance"):
        assert _caught(STATES[name], "Bell.Closed") == "Closed"
        assert _caught(STATES[name], "TimelineClosed") == "Closed"


def test_a_row_that_moved_on_leads_to_advance_whatever_the_prefix_of_the_error() -> None:
    for prefix in ("DynamoDb", "DynamoDB"):
        assert _caught(STATES["AwaitSignal"], f"{prefix}.ConditionalCheckFailedException") == "Advance"


def test_the_template_names_no_partition_or_region() -> None:
    text = Path(TEMPLATE_PATH).read_text("utf-8")
    assert not re.search(
        r"arn:aws:|arn:aws-cn:|\b(us|eu|cn|ap)-[a-z]+-\d\b|amazonaws\.com\.cn",
        text.replace('"arn:aws:"', ""),
    )


def _caught(state: dict[str, Any], error: str) -> str | None:
    return next((c["Next"] for c in state["Catch"] if error in c["ErrorEquals"]), None)
