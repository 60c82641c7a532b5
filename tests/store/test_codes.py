"""What both stores promise about one-time codes and about the list of a person's bells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.errors import Invalid, TooMany
from chalicelib.ports import Limit, Store
from chalicelib.record.shapes import CodeAsked
from chalicelib.session.shapes import Code
from tests.fakes.clock import START
from tests.store.conftest import DynamoHome, Fault, Home
from tests.store.races import race
from tests.store.samples import later, ringing


def code(salt: str = "5a17", person: str = "somebody", at: float = 0) -> Code:
    """A code that is asked for so many seconds after the start."""
    return Code(person, "+8613900000001", salt, "zh-CN", later(seconds=at + 300), later(seconds=at + 60))


def test_a_code_can_be_tried_until_it_ends(store: Store) -> None:
    store.ask_code(code(), START, ())
    assert store.try_code("somebody", later(seconds=299), 5) == replace(code(), tries=1)
    assert store.try_code("somebody", later(seconds=300), 5) is None
    assert store.try_code("nobody", START, 5) is None


def test_only_so_many_tries_are_counted(store: Store) -> None:
    store.ask_code(code(), START, ())
    tried = [store.try_code("somebody", START, 5) for _ in range(6)]
    assert [found.tries if found else None for found in tried] == [1, 2, 3, 4, 5, None]


def test_a_known_devices_tries_are_counted_by_themselves(store: Store) -> None:
    store.ask_code(code(), START, ())
    tried = [store.try_code("somebody", START, 2) for _ in range(3)]
    known = [store.try_code("somebody", START, 2, known=True) for _ in range(3)]
    assert [found.tries if found else None for found in (*tried, *known)] == [1, 2, None] * 2
    store.ask_code(code("another", at=60), later(seconds=60), ())
    again = store.try_code("somebody", later(seconds=60), 2, known=True)
    assert again == replace(code("another", at=60), tries=1), "a new code, new tries"


def test_a_code_is_used_once_and_then_cannot_be_tried(store: Store) -> None:
    store.ask_code(code(), START, ())
    assert store.use_code(code())
    assert not store.use_code(code())
    assert store.try_code("somebody", START, 5) is None


def test_the_right_to_send_a_code_is_given_once(store: Store) -> None:
    store.ask_code(code(), START, ())
    assert store.claim_code(code())
    assert not store.claim_code(code())
    assert store.try_code("somebody", START, 5), "sending does not use it up"


def test_a_new_code_takes_the_place_of_the_one_before(store: Store) -> None:
    store.ask_code(code(), START, ())
    store.try_code("somebody", START, 5)
    second = code("another", at=60)
    store.ask_code(second, later(seconds=60), ())
    assert not store.use_code(code())
    assert not store.claim_code(code())
    assert store.try_code("somebody", later(seconds=60), 5) == replace(second, tries=1)


def test_another_code_has_to_wait_for_its_minute(store: Store) -> None:
    store.ask_code(code(), START, ())
    with pytest.raises(TooMany) as refused:
        store.ask_code(code("another", at=59), later(seconds=59), ())
    assert (refused.value.code, refused.value.again_at) == ("too_many_codes", later(seconds=60))
    assert store.try_code("somebody", START, 5) == replace(code(), tries=1)


def test_a_limit_says_when_the_longest_wait_is_over(store: Store) -> None:
    hour, day = Limit("hour", 1, later(hours=1)), Limit("day", 1, later(days=1))
    store.ask_code(code(), START, (hour, day))
    with pytest.raises(TooMany) as refused:
        store.ask_code(code("another", at=30), later(seconds=30), (hour, day))
    assert refused.value.again_at == later(days=1)
    with pytest.raises(TooMany) as refused:
        store.ask_code(code("third", person="else"), START, (hour,))
    assert refused.value.again_at == later(hours=1)
    assert store.try_code("else", START, 5) is None, "nothing was written"


def test_a_limit_by_itself_is_used_up_and_says_so(store: Store) -> None:
    limit = Limit("sign-in", 2, later(minutes=10))
    assert [store.use_limit(limit) for _ in range(4)] == [True, True, False, False]
    assert store.use_limit(replace(limit, key="another"))


def test_of_many_at_once_no_more_than_the_limit_get_through(store: Store) -> None:
    limit, got = Limit("sign-in", 3, later(minutes=10)), []
    race(*(lambda: got.append(store.use_limit(limit)) for _ in range(8)))
    assert sorted(got) == [False] * 5 + [True] * 3


def test_the_stream_tells_once_that_a_code_was_asked_for(home: Home) -> None:
    home.store.ask_code(code(), START, ())
    home.store.try_code("somebody", START, 5)
    home.store.claim_code(code())
    home.store.use_code(code())
    home.store.ask_code(code("another", at=60), later(seconds=60), ())
    asked = [record.code for record in home.take_stream() if isinstance(record, CodeAsked)]
    assert asked == [code(), code("another", at=60)]


def test_a_code_that_is_forgotten_is_good_for_nothing_and_its_phone_is_gone(store: Store) -> None:
    store.ask_code(code(), START, ())
    store.forget_code("somebody")
    store.forget_code("somebody")
    assert store.try_code("somebody", START, 5) is None


def lost() -> Fault:
    """The service did it, its answer never came."""
    from botocore.exceptions import ReadTimeoutError

    return Fault(ReadTimeoutError(endpoint_url="http://127.0.0.1"), after=True)


def test_an_answer_lost_on_the_way_changes_nothing(dynamo: DynamoHome) -> None:
    dynamo.disturb(lost())
    dynamo.store.ask_code(code(), START, ())
    dynamo.disturb(lost())
    assert dynamo.store.claim_code(code())
    dynamo.disturb(lost())
    assert dynamo.store.use_code(code())
    assert not dynamo.store.use_code(code())


def test_each_step_is_one_call(dynamo: DynamoHome, count_aws_calls: object) -> None:
    limits = (Limit("hour", 5, later(hours=1)), Limit("day", 5, later(days=1)))
    with count_aws_calls() as calls:  # type: ignore[operator]  # a fixture
        dynamo.store.ask_code(code(), START, limits)
        dynamo.store.try_code("somebody", START, 5)
        dynamo.store.use_code(code())
        dynamo.store.forget_code("somebody")
    assert calls == {"TransactWriteItems": 2, "UpdateItem": 2}
    with count_aws_calls() as calls:  # type: ignore[operator]  # a fixture
        dynamo.store.use_limit(Limit("sign-in", 1, later(hours=1)))
    assert calls == {"UpdateItem": 1}
    with count_aws_calls() as calls:  # type: ignore[operator]  # a fixture
        assert not dynamo.store.use_limit(Limit("sign-in", 1, later(hours=1)))
    assert calls == {"UpdateItem": 1}


def test_a_persons_bells_come_newest_first_page_by_page(store: Store) -> None:
    rung = [replace(ringing(n, at=START + timedelta(minutes=n)), person="somebody") for n in range(1, 6)]
    rung.append(replace(ringing(6, at=START + timedelta(minutes=5)), person="somebody"))
    rung.append(replace(ringing(7), person="else"))
    for one in rung:
        store.ring(one)
    found, cursor = [], ""
    while True:
        page = store.rung_by("somebody", cursor, 2)
        found += [bell.id for bell in page.items]
        cursor = page.cursor
        if not cursor:
            break
    assert sorted(found) == sorted(one.bell.id for one in rung[:6])
    assert found[2:] == [one.bell.id for one in reversed(rung[:4])]
    assert store.rung_by("nobody").items == ()


def test_a_cursor_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(Invalid):
        store.rung_by("somebody", "!!!")


def test_a_list_is_one_query(dynamo: DynamoHome, count_aws_calls: object) -> None:
    dynamo.store.ring(replace(ringing(1), person="somebody"))
    with count_aws_calls() as calls:  # type: ignore[operator]  # a fixture
        dynamo.store.rung_by("somebody")
    assert calls == {"Query": 1}
