"""A table comes back from a point in time, in a stage of its own, and everything that waited waits again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import steps, wiring
from chalicelib.store import DynamoStore
from infra.deploy import policies
from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller
from infra.local.ticker import scheduled
from infra.recover.call import Functions
from infra.recover.restore import KEY_READERS, Restore, recoverable, wanted
from tests.recovery.capture import Life, life
from tests.store.samples import later, ringing

REGION = "eu-central-1"


class Deployed(Functions):
    """The functions of the restored stage, run here once it is deployed."""

    def __init__(self, played: Life, where: Target) -> None:
        super().__init__(None, where)
        self.life, self.deployed, self.calls = played, False, 0

    def exists(self, name: str) -> bool:
        return self.deployed

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        assert name == "sweep"
        self.calls += 1
        return json.loads(json.dumps(steps.sweep(event["detail"])))


class Setting:
    """A stage that was lived in, and what restores it."""

    def __init__(self, played: Life) -> None:
        self.life, self.out = played, io.StringIO()
        self.aws = Aws(played.aws.region, played.aws.session)
        self.source = Target("before", played.aws.region, "123456789012")
        self.goal = replace(self.source, stage="local")
        self.functions = Deployed(played, self.goal)
        self.client = self.aws.client("dynamodb")
        safe = self.aws.client("secretsmanager")
        safe.create_secret(Name="consultation-bell/before/key", SecretString='{"SECRET_KEY": "old"}')

    def restore(self, **options: Any) -> Restore:
        tell = Teller(self.out)
        return Restore(
            self.aws, self.source, self.goal, tell, self.functions, sleep=lambda _: None, **options
        )

    def rows(self, table: str) -> set[tuple[str, str]]:
        pages = self.client.get_paginator("scan").paginate(TableName=table)
        return {(row["pk"]["S"], row["sk"]["S"]) for page in pages for row in page["Items"]}

    def deploy(self, monkeypatch: pytest.MonkeyPatch) -> DynamoStore:
        """`make deploy STAGE=local`: its functions, its safe; the code works on the restored table."""
        store = DynamoStore(self.goal.name, self.life.aws.region, self.life.clock.sleep)
        wiring.install(replace(self.life.ports, store=store))
        self.functions.deployed = True
        self.aws.client("secretsmanager").create_secret(
            Name="consultation-bell/local/key", SecretString='{"SECRET_KEY": "generated"}'
        )
        monkeypatch.setattr(Restore, "_read_key_again", lambda _: None)
        return store


@pytest.fixture
def setting() -> Iterator[Setting]:
    with life("before") as played:
        played.aws.client("dynamodb").update_continuous_backups(
            TableName=played.aws.table_name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        yield Setting(played)
        wiring.install(None)


def test_the_table_comes_back_with_what_a_restore_leaves_out_and_says_what_to_do_next(
    setting: Setting,
) -> None:
    setting.life.ring("one")
    assert not setting.restore().run()
    assert setting.rows(setting.goal.name) == setting.rows(setting.source.name)
    table = setting.client.describe_table(TableName=setting.goal.name)["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    ttl = setting.client.describe_time_to_live(TableName=setting.goal.name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
    assert recoverable(setting.client, setting.goal.name)
    assert "make deploy STAGE=local" in setting.out.getvalue()


def test_deployed_it_has_the_old_key_and_every_clock_a_new_timer(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung = [setting.life.ring(text) for text in ("one", "two", "three")]
    setting.restore().run()
    store = setting.deploy(monkeypatch)
    monkeypatch.setattr(steps, "_PAGE", 2)
    assert setting.restore().run()
    assert setting.functions.calls == 2, "a page after the other, until there is none"
    for one in rung:
        file = store.bell(one.bell.id)
        assert file
        assert (file.bell.generation, file.events[-1].kind) == (2, "rearmed")
    safe = setting.aws.client("secretsmanager")
    key = safe.get_secret_value(SecretId="consultation-bell/local/key")["SecretString"]
    assert json.loads(key) == {"SECRET_KEY": "old"}
    untouched = setting.life.ports.store.bell(rung[0].bell.id)
    assert untouched
    assert untouched.bell.generation == 1, "the stage that was is not touched"


def test_broken_off_right_after_the_key_came_the_next_run_still_has_it_read(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting.restore().run()
    setting.deploy(monkeypatch)
    told: list[str] = []

    def broken(_: Restore) -> None:
        raise Failed("The connection ended.", "Again.")

    def read_again(run: Restore) -> None:
        told.append(run.goal.stage)

    monkeypatch.setattr(Restore, "_read_key_again", broken)
    with pytest.raises(Failed):
        setting.restore().run()
    monkeypatch.setattr(Restore, "_read_key_again", read_again)
    assert setting.restore().run()
    assert told == ["local"]


def test_every_function_that_reads_the_key_is_told_to_read_it_again() -> None:
    """Above all `report`, which each minute keeps warm: with another key it knows no mail that came back for ours."""
    asking = {
        f for f in policies.functions() if '"Key"' in (policies.SOURCES / f"{f}.json").read_text("utf-8")
    }
    assert "report" in asking
    assert set(KEY_READERS) == asking


def test_a_table_of_before_an_index_was_thought_of_gets_it(setting: Setting) -> None:
    """The stack takes a table over as it is, and would think that the index is there."""
    gone = {"Delete": {"IndexName": "tips"}}
    setting.client.update_table(TableName=setting.source.name, GlobalSecondaryIndexUpdates=[gone])
    rung = setting.life.ring("one")
    setting.restore().run()
    store = DynamoStore(setting.goal.name, setting.life.aws.region, setting.life.clock.sleep)
    assert rung.bell.thing in dict(store.heads())
    listed = setting.client.describe_table(TableName=setting.goal.name)["Table"]["GlobalSecondaryIndexes"]
    (tips,) = (index for index in listed if index["IndexName"] == "tips")
    assert sorted(tips["Projection"]["NonKeyAttributes"]) == ["tip_hash", "tip_seq"]
    assert "tips" in setting.out.getvalue()
    out = len(setting.out.getvalue())
    setting.restore().run()
    assert "tips" not in setting.out.getvalue()[out:], "once it is there, nothing is made"


def test_more_clocks_than_a_call_does_all_get_their_timer(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(130):
        setting.life.ports.store.ring(ringing(number + 1, at=later(minutes=number // 50)))
    setting.restore().run()
    setting.deploy(monkeypatch)
    monkeypatch.setattr(steps, "_PAGE", 40)
    assert setting.restore().rearm() == 130
    assert setting.functions.calls == 4
    assert setting.restore().rearm() == 0, "what was given a timer a moment ago is left alone"


def test_a_second_run_waits_for_the_first_and_begins_nothing_anew(setting: Setting) -> None:
    setting.restore().run()
    setting.life.ring("after the restore")
    before = setting.rows(setting.goal.name)
    setting.restore().run()
    assert setting.rows(setting.goal.name) == before


def test_without_a_way_back_it_says_so(setting: Setting) -> None:
    setting.source = replace(setting.source, stage="nowhere")
    with pytest.raises(Failed) as failed:
        setting.restore().run()
    assert "make doctor" in failed.value.advice


@pytest.mark.parametrize("environment", [{"STAGE": "prod"}, {"STAGE": "prod", "TO": "prod"}])
def test_it_never_restores_into_the_stage_itself(environment: dict[str, str]) -> None:
    with pytest.raises(Failed, match="TO is missing"):
        wanted(environment, Teller(io.StringIO()))


def test_a_scheduled_call_looks_like_eventbridges(setting: Setting) -> None:
    event = scheduled({"rearm": True})
    assert {"detail", "detail-type", "source", "time", "region", "resources", "id"} <= set(event)
