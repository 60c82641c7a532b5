"""A mini program and whose WeChat is whose, in memory."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from chalicelib.core.errors import Gone
from chalicelib.notice.types import Notice
from chalicelib.people.staff import Channel
from chalicelib.wechat.rules import MOST, Binding, Standing
from tests.fakes.store import FakeStore

P = ParamSpec("P")
R = TypeVar("R")


class FakeProgram:
    """The mini program. `codes`: whose each code of `wx.login` is, good once; `phones`: whose number each code of the
    button is. `names`: template ids by notice. `error`: what asking WeChat raises."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self.codes: dict[str, str] = {}
        self.phones: dict[str, str] = {}
        self.names = dict(names or {})
        self.error: Exception | None = None

    def openid(self, code: str) -> str:
        """As the port says."""
        return self._used_up(self.codes, code)

    def phone(self, code: str) -> str:
        """As the port says."""
        return self._used_up(self.phones, code)

    def template(self, name: str) -> str:
        """As the port says."""
        return self.names.get(name, "")

    def templates(self) -> Mapping[str, tuple[str, ...]]:
        """As the port says."""
        ids = dict.fromkeys(self.names.values())
        return {own: tuple(name for name, known in self.names.items() if known == own) for own in ids}

    def _used_up(self, codes: dict[str, str], code: str) -> str:
        if self.error:
            raise self.error
        if code not in codes:
            raise Gone("wechat_code_over")
        return codes.pop(code)


def operation(
    method: Callable[Concatenate[FakeBindings, P], R],
) -> Callable[Concatenate[FakeBindings, P], R]:
    """A call of the table, as `tests.fakes.store.operation`; its name there begins with `wechat.`."""
    name = f"wechat.{method.__name__}"

    @functools.wraps(method)
    def call(bindings: FakeBindings, /, *args: P.args, **kwargs: P.kwargs) -> R:
        store = bindings.store
        with store.lock:
            store.calls[name] += 1
            fault = store.next_fault(name)
            if fault is not None and fault.when == "before":
                raise fault.error
            answer = method(bindings, *args, **kwargs)
            if fault is not None:
                raise fault.error
            return answer

    return call


class FakeBindings:
    """Who has bound their WeChat, beside the fake store."""

    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.rows: dict[str, Binding] = {}

    @operation
    def bind(self, person: str, openid: str, consent_version: str, at: datetime) -> Binding:
        """As the port says."""
        grants = self.rows[person].grants if self._is(person, openid) else {}
        self.rows[person] = Binding(openid, consent_version, at, grants)
        return self.rows[person]

    @operation
    def binding(self, person: str) -> Binding | None:
        """As the port says."""
        return self.rows.get(person)

    @operation
    def unbind(self, person: str) -> None:
        """As the port says."""
        self.rows.pop(person, None)

    @operation
    def grant(self, person: str, templates: Sequence[str], at: datetime) -> Binding | None:
        """As the port says."""
        if there := self.rows.get(person):
            for template in dict.fromkeys(templates):
                self._set(person, template, min(MOST, there.left(template) + 1))
        return self.rows.get(person)

    @operation
    def spend(self, person: str, openid: str, template: str) -> bool:
        """As the port says."""
        if not self._is(person, openid) or not (left := self.rows[person].left(template)):
            return False
        self._set(person, template, left - 1)
        return True

    @operation
    def give_back(self, person: str, openid: str, template: str) -> None:
        """As the port says."""
        if self._is(person, openid):
            self._set(person, template, self.rows[person].left(template) + 1)

    @operation
    def void(self, person: str, openid: str, template: str) -> None:
        """As the port says."""
        if self._is(person, openid):
            self._set(person, template, 0)

    @operation
    def standing(self, wish_key: str, person: str, notices: Sequence[Notice]) -> Standing:
        """As the port says."""
        begun = frozenset(
            channel for n in notices for channel in Channel if self.store.was_claimed(n, channel)
        )
        return Standing(self.store.wants_none(wish_key), self.rows.get(person), begun)

    def _is(self, person: str, openid: str) -> bool:
        return person in self.rows and self.rows[person].openid == openid

    def _set(self, person: str, template: str, number: int) -> None:
        there = self.rows[person]
        self.rows[person] = replace(there, grants={**there.grants, template: number})


class FakeWechat:
    """Both parts."""

    def __init__(self, store: FakeStore, names: Mapping[str, str] | None = None) -> None:
        self.program = FakeProgram(names)
        self.bindings = FakeBindings(store)
