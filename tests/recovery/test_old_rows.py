"""Rows that earlier versions wrote are read, acted upon and migrated by this one; nothing of them is lost."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.rules import Bell
from chalicelib.core import ids
from chalicelib.core.chain import verify
from chalicelib.escalation import service as escalation
from chalicelib.mydata import service as mydata
from chalicelib.store import codec, upgrade
from chalicelib.store.models import Row
from chalicelib.store.stream import parse
from infra.deploy.telling import Teller
from infra.recover.migrate import Marks, Migration
from tests.recovery.capture import Life, life, meaning

FILES = sorted(Path(__file__).with_name("old").glob("[0-9]*.json"))
OLD: list[tuple[str, dict[str, Any]]] = [
    (f"{path.stem} {entry['row']['pk']['S']} {entry['row']['sk']['S']}", entry)
    for path in FILES
    for entry in json.loads(path.read_text("utf-8"))
]


def holds(now: Any, then: Any) -> bool:
    """Whether everything that was meant then is meant now; new fields may have come."""
    if isinstance(then, Mapping):
        return isinstance(now, Mapping) and all(name in now and holds(now[name], then[name]) for name in then)
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(holds, now, then))
    return bool(now == then)


@pytest.mark.parametrize("entry", [entry for _, entry in OLD], ids=[name for name, _ in OLD])
def test_an_old_row_still_means_what_it_meant(entry: dict[str, Any]) -> None:
    assert holds(meaning(entry["row"]), entry["means"])


def test_every_kind_of_row_is_kept() -> None:
    """A new kind: write today's rows to a new file with `python -m tests.recovery.capture <day>`."""
    kind = Row.get_attributes()["kind"]
    kinds = {kind.get_discriminator(row) for row in kind.get_registered_subclasses(Row)}  # type: ignore[attr-defined]
    assert kinds == {entry["row"]["kind"]["S"] for _, entry in OLD}


@pytest.fixture
def restored() -> Iterator[Life]:
    """A platform whose table holds the rows of the oldest file and nothing else."""
    with life() as played:
        client, table = played.aws.client("dynamodb"), played.aws.table_name
        for row in client.scan(TableName=table)["Items"]:
            client.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
        for entry in json.loads(FILES[0].read_text("utf-8")):
            client.put_item(TableName=table, Item=entry["row"])
        played.seen = len(played.aws.records)
        yield played


def rows(life: Life) -> list[dict[str, Any]]:
    """Every row of the table."""
    found: list[dict[str, Any]] = life.aws.client("dynamodb").scan(TableName=life.aws.table_name)["Items"]
    return found


def waiting(life: Life) -> str:
    """The id of the bell that was left ringing."""
    (bell,) = (bell for bell in life.ports.store.ringing("MX").items if bell.status == "ringing")
    return bell.id


def test_a_bell_that_rang_under_the_old_version_is_answered_and_accepted_under_this(restored: Life) -> None:
    ports, bell_id = restored.ports, waiting(restored)
    found = ports.store.bell(bell_id)
    assert found
    token = answer_token(ports.policy.key, found.bell, "zhao")
    assert bells.answer(ports, token).status == "answered"
    case_id = bells.accept(ports, token).case
    restored.react()
    file = ports.store.bell(bell_id)
    assert file
    assert verify(file.events, file.bell.tip, file.bell.thing).intact
    case = ports.store.case(case_id)
    assert case
    assert verify(case.events, case.case.tip, case.case.thing).intact


PAYLOADS: dict[str, Callable[[Bell], dict[str, Any]]] = {
    "as today": lambda bell: {
        "id": bell.thing,
        "version": bell.version,
        "execution": f"bell-{bell.id}-g{bell.generation}",
    },
    # The first machine knew no execution's name, and passed the seconds on.
    "first": lambda bell: {"id": bell.thing, "version": bell.version, "seconds": 300},
    # A newer machine may say more than this code knows.
    "newer": lambda bell: {
        "id": bell.thing,
        "version": bell.version,
        "execution": f"bell-{bell.id}-g{bell.generation}",
        "region": "cn-north-1",
    },
}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_execution_that_began_before_the_deploy_goes_on(restored: Life, payload: str) -> None:
    thing = f"BELL#{waiting(restored)}"
    before = restored.ports.store.bell(thing[5:])
    assert before
    restored.clock.go_to(before.bell.due_at or restored.clock.now())
    answer = escalation.advance(restored.ports, PAYLOADS[payload](before.bell))
    after = restored.ports.store.bell(thing[5:])
    assert after
    assert after.bell.level == before.bell.level + 1
    assert (answer["id"], answer["version"]) == (thing, after.bell.version)
    assert answer["seconds"] > 0
    late = escalation.advance(restored.ports, PAYLOADS[payload](before.bell))
    assert late["version"] == after.bell.version, "an old number changes nothing"


def test_an_execution_of_an_earlier_generation_ends_and_does_nothing(restored: Life) -> None:
    file = restored.ports.store.bell(waiting(restored))
    assert file
    assert file.bell.generation == 2
    restored.clock.go_to(file.bell.due_at or restored.clock.now())
    first = {"id": file.bell.thing, "version": file.bell.version, "execution": f"bell-{file.bell.id}-g1"}
    with pytest.raises(escalation.TimelineClosed):
        escalation.advance(restored.ports, first)
    after = restored.ports.store.bell(file.bell.id)
    assert after
    assert after.bell.tip == file.bell.tip


def test_links_sent_by_the_old_version_open_their_bells(restored: Life) -> None:
    for bell in restored.ports.store.rung_by(_person(restored)).items:
        from chalicelib.core import links

        token = links.token(restored.ports.policy.key, bell.id, links.Purpose.TRACK)
        assert bells.read(restored.ports, token).file.bell.id == bell.id


def _person(life: Life) -> str:
    return next(row["person"]["S"] for row in rows(life) if row["kind"]["S"] == "BELL")


def test_old_images_in_the_stream_are_understood(restored: Life) -> None:
    """A record written before the deploy is delivered after it."""
    records = [
        {
            "dynamodb": {
                "SequenceNumber": str(number),
                "Keys": {"pk": row["pk"], "sk": row["sk"]},
                "NewImage": row,
            }
        }
        for number, row in enumerate(rows(restored))
    ]
    parsed = parse(records)
    heads_and_events = [
        r for r in rows(restored) if r["sk"]["S"] == "HEAD" or r["sk"]["S"].startswith("EVENT#")
    ]
    codes = [row for row in rows(restored) if row["sk"]["S"] == "CODE"]
    without_clock = [r for r in heads_and_events if r["sk"]["S"] == "HEAD" and "generation" not in r]
    places = [r for r in heads_and_events if r["pk"]["S"].startswith("PLACE#")]
    assert len(parsed) >= len(heads_and_events) + len(codes) - len(without_clock) - len(places)


# -- migrating


@pytest.fixture
def migrate(restored: Life, tmp_path: Path) -> Callable[..., Migration]:
    def made(**options: Any) -> Migration:
        marks = Marks(tmp_path / "marks.json", options.pop("segments", 2))
        client = options.pop("client", restored.aws.client("dynamodb"))
        return Migration(client, restored.aws.table_name, marks, Teller(io.StringIO()), **options)

    return made


def behind(life: Life) -> list[dict[str, Any]]:
    """The rows that are of an earlier version."""
    return [row for row in rows(life) if upgrade.version(row) < upgrade.schema_of(row["kind"]["S"])]


def test_migrating_counts_first_then_writes_then_finds_nothing(
    restored: Life, migrate: Callable[..., Migration]
) -> None:
    before = {(row["pk"]["S"], row["sk"]["S"]): meaning(row) for row in rows(restored)}
    old = len(behind(restored))
    assert old
    assert migrate().run() == old
    assert len(behind(restored)) == old, "nothing is written without APPLY"
    done = migrate(apply=True)
    assert done.run() == 0
    assert (done.counted["written"], done.counted["read"]) == (old, len(before))
    assert behind(restored) == []
    assert {(row["pk"]["S"], row["sk"]["S"]): meaning(row) for row in rows(restored)} == before
    again = migrate(apply=True)
    assert (again.run(), again.counted["old"]) == (0, 0)


def test_every_old_record_is_under_the_days_anchor_once_migrated(
    restored: Life, migrate: Callable[..., Migration]
) -> None:
    """Its head is in the index by which the anchor finds it; what has changed since is there at once."""
    store = restored.ports.store
    ends = {
        row["pk"]["S"]: (int(row["tip_seq"]["N"]), row["tip_hash"]["S"])
        for row in rows(restored)
        if "tip_hash" in row
    }
    assert len(ends) > 5
    assert dict(store.heads()) == {}
    assert migrate(apply=True).run() == 0
    assert {thing: (tip.seq, tip.hash) for thing, tip in store.heads()} == ends


def test_what_was_settled_long_ago_is_found_before_anything_is_migrated(restored: Life) -> None:
    """What is oldest is what the privacy notice promises to erase first."""
    found = rows(restored)
    for kind in ("BELL", "CASE"):
        things = {row["pk"]["S"] for row in found if row["kind"]["S"] == kind}
        known = sorted(thing.partition("#")[2] for thing in things if not ids.is_canary(thing))
        assert known
        assert list(mydata.heads(restored.ports, f"{kind}#")) == known


def test_a_row_that_somebody_changes_meanwhile_is_theirs(
    restored: Life, migrate: Callable[..., Migration]
) -> None:
    client, table = restored.aws.client("dynamodb"), restored.aws.table_name

    def while_somebody_writes(row: Mapping[str, Any]) -> dict[str, Any]:
        new = upgrade.upgraded(row)
        if new != row:
            client.update_item(
                TableName=table,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression="SET version = version + :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        return new

    old = len(behind(restored))
    assert migrate(apply=True, upgrade=while_somebody_writes).run() == old
    assert len(behind(restored)) == old
    assert migrate(apply=True).run() == 0


def test_what_the_state_machine_writes_meanwhile_is_kept(
    restored: Life, migrate: Callable[..., Migration]
) -> None:
    client, table = restored.aws.client("dynamodb"), restored.aws.table_name

    def while_a_timer_begins(row: Mapping[str, Any]) -> dict[str, Any]:
        new = upgrade.upgraded(row)
        if new != row:
            client.update_item(
                TableName=table,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression="SET task_token = :token",
                ExpressionAttributeValues={":token": {"S": "token"}},
            )
        return new

    changed = {(row["pk"]["S"], row["sk"]["S"]) for row in behind(restored)}
    assert migrate(apply=True, upgrade=while_a_timer_begins).run() == 0
    tokens = {(row["pk"]["S"], row["sk"]["S"]): row.get("task_token") for row in rows(restored)}
    assert {row for row in changed if tokens[row] == {"S": "token"}} == changed


class BrokenOff(Exception):
    """The operator's connection ends."""


def test_broken_off_it_goes_on_where_it_was(restored: Life, migrate: Callable[..., Migration]) -> None:
    client, starts = _Pages(restored.aws.client("dynamodb")), []
    client.left = 3
    with pytest.raises(BrokenOff):
        migrate(apply=True, segments=1, client=client).run()
    client.left = 10**6
    client.seen = starts
    assert migrate(apply=True, segments=1, client=client).run() == 0
    assert starts[0] is not None, "the first page is not read again"
    assert behind(restored) == []


def test_broken_off_under_an_earlier_version_it_begins_anew(
    restored: Life, migrate: Callable[..., Migration], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the earlier version was done with may be old for this one."""
    client = _Pages(restored.aws.client("dynamodb"))
    client.left = 3
    with monkeypatch.context() as earlier:
        earlier.setattr(upgrade, "STEPS", {"CASE": upgrade.STEPS["CASE"][:1]})
        with pytest.raises(BrokenOff):
            migrate(apply=True, segments=1, client=client).run()
    assert migrate(apply=True, segments=1).run() == 0
    assert behind(restored) == []


class _Pages:
    """The table in pages of twenty rows, as many as are `left`; `seen`: where each began."""

    def __init__(self, real: Any) -> None:
        self._real, self.left, self.seen = real, 0, []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def scan(self, **asked: Any) -> Any:
        if not self.left:
            raise BrokenOff
        self.left -= 1
        self.seen.append(asked.get("ExclusiveStartKey"))
        return self._real.scan(**asked, Limit=20)


def test_steps_lead_from_any_version_to_todays(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = (lambda row: {**row, "a": {"S": "1"}}, lambda row: {**row, "b": {"S": row["a"]["S"] + "2"}})
    monkeypatch.setattr(upgrade, "STEPS", {"LIMIT": steps})
    first = {"pk": {"S": "p"}, "kind": {"S": "LIMIT"}}
    assert upgrade.upgraded(first) == {**first, "a": {"S": "1"}, "b": {"S": "12"}, "schema": {"N": "3"}}
    second = {**first, "schema": {"N": "2"}, "a": {"S": "x"}}
    assert upgrade.upgraded(second)["b"] == {"S": "x2"}
    third = {**first, "schema": {"N": "3"}}
    assert upgrade.upgraded(third) == third
    ahead = {**first, "schema": {"N": "9"}}
    assert upgrade.upgraded(ahead) == ahead, "a row of newer code is left as it is"
    assert first == {"pk": {"S": "p"}, "kind": {"S": "LIMIT"}}, "what was read is not changed"


def test_what_is_written_now_needs_no_step() -> None:
    with life() as played:
        played.ring("one")
        played.react()
        assert behind(played) == []
        kinds = {codec.row_of(row).__class__ for row in rows(played)}
        assert len(kinds) > 5
