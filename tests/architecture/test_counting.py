"""The counter of AWS calls counts what leaves, so that the budgets that rest on it mean something."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from botocore.session import get_session
from moto import mock_aws
from pynamodb.connection import Connection

from tests.conftest import Calls

Counting = Callable[[], AbstractContextManager[Calls]]


def test_calls_of_botocore_and_of_pynamodb_are_counted_by_operation(count_aws_calls: Counting) -> None:
    with mock_aws():
        client = get_session().create_client("dynamodb", region_name="cn-north-1")
        with count_aws_calls() as calls:
            client.list_tables()
            Connection(region="cn-north-1").list_tables()
            client.describe_limits()
        client.list_tables()
    assert calls == {"ListTables": 2, "DescribeLimits": 1}


def test_two_counters_at_once_do_not_disturb_each_other(count_aws_calls: Counting) -> None:
    with mock_aws():
        client = get_session().create_client("sns", region_name="cn-north-1")
        with count_aws_calls() as outer:
            client.list_topics()
            with count_aws_calls() as inner:
                client.list_topics()
    assert (outer["ListTopics"], inner["ListTopics"]) == (2, 1)


def test_a_test_cannot_reach_beyond_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(pytest.fail.Exception, match=r"203\.0\.113\.1"):
        outside.connect(("203.0.113.1", 80))
    with pytest.raises(pytest.fail.Exception, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_a_test_can_reach_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = server.getsockname()
        with socket.create_connection(here, timeout=10) as reached:
            assert reached.getpeername() == here
