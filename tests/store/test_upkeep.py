"""What the platform keeps about itself: pulses, canaries that leave nothing, every clock a page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core import ids
from chalicelib.ports import Store
from chalicelib.status.rules import Pulse
from tests.fakes.clock import START
from tests.fakes.places import directory
from tests.store.conftest import DynamoHome
from tests.store.samples import answered, later, ringing


def test_the_latest_pulse_of_each_name_is_kept(store: Store) -> None:
    first = Pulse("sweep", START, ok=True, since=START)
    second = replace(first, at=START + timedelta(minutes=1), seconds=0.5)
    canary = Pulse("canary", START, ok=False, since=START, detail="reacted")
    for pulse in (first, second, canary):
        store.beat(pulse)
    assert store.pulses() == {"sweep": second, "canary": canary}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_clock_comes_once_and_in_order_however_long_the_pages_are(store: Store, limit: int) -> None:
    rings = [ringing(n, at=later(minutes=n // 2)) for n in range(1, 6)]
    for ring in rings:
        store.ring(ring)
    found: list[str] = []
    cursor, pages = "", 0
    while cursor or not pages:
        page = store.clocks(cursor, limit)
        found += page.items
        cursor, pages = page.cursor, pages + 1
    assert sorted(found) == sorted(ring.bell.thing for ring in rings)
    due = {ring.bell.thing: ring.bell.due_at for ring in rings}
    assert [due[thing] for thing in found] == sorted(at for at in due.values() if at)
    assert pages == -(-5 // limit)


def test_a_canarys_bell_leaves_nothing_and_no_other_bell_can_be_removed(store: Store) -> None:
    place = replace(directory(), subdistrict=replace(directory().subdistrict, prefix=ids.CANARY))
    store.save_directory(place, ())
    canary, bell = ringing(1, prefix=ids.CANARY), ringing(2)
    store.ring(canary)
    store.ring(bell)
    store.commit(answered(canary.bell))
    with pytest.raises(ValueError, match="canary"):
        store.forget_canary(bell.bell.id)
    store.forget_canary(canary.bell.id)
    store.forget_canary(canary.bell.id)
    assert store.bell(canary.bell.id) is None
    assert store.ringing(ids.CANARY).items == ()
    assert [known.id for known in store.rung_by("person-hmac").items] == [bell.bell.id]
    assert bell.bell.id in store.clocks().items[0]
    assert store.bell(bell.bell.id) is not None


def test_a_canarys_rows_are_gone_from_the_table_itself(dynamo: DynamoHome) -> None:
    canary = ringing(1, prefix=ids.CANARY)
    dynamo.store.ring(canary)
    assert len(dynamo.rows()) > 3
    dynamo.store.forget_canary(canary.bell.id)
    assert dynamo.rows() == []
