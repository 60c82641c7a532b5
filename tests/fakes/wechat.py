"""A mini program and whose WeChat is whose, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.core.errors import Gone
from chalicelib.notice.types import Notice
from chalicelib.people.staff import Channel
from chalicelib.wechat.rules import MOST, Binding, Standing
from tests.fakes.store import FakeStore


class FakeProgram:
    """The mini program. `codes`: whose each code of `wx.login` is, good once. `names`: template ids by notice."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self.codes: dict[str, str] = {}
        self.names = dict(names or {})

    def openid(self, code: str) -> str:
        """As the port says."""
        if code not in self.codes:
            raise Gone("wechat_code_over")
        return self.codes.pop(code)

    def template(self, name: str) -> str:
        """As the port says."""
        return self.names.get(name, "")

    def templates(self) -> tuple[str, ...]:
        """As the port says."""
        return tuple(dict.fromkeys(self.names.values()))


class FakeBindings:
    """Who has bound their WeChat. `asked`: the persons that notices asked for, oldest first."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._rows: dict[str, Binding] = {}
        self.asked: list[str] = []

    def bind(self, person: str, openid: str, at: datetime) -> None:
        """As the port says."""
        if person not in self._rows or self._rows[person].openid != openid:
            self._rows[person] = Binding(openid)

    def binding(self, person: str) -> Binding | None:
        """As the port says."""
        return self._rows.get(person)

    def unbind(self, person: str, openid: str = "") -> None:
        """As the port says."""
        if not openid or self._is(person, openid):
            self._rows.pop(person, None)

    def grant(self, person: str, templates: Sequence[str], at: datetime) -> Binding | None:
        """As the port says."""
        if there := self._rows.get(person):
            for template in dict.fromkeys(templates):
                self._set(person, template, min(MOST, there.left(template) + 1))
        return self._rows.get(person)

    def spend(self, person: str, openid: str, template: str) -> bool:
        """As the port says."""
        if not self._is(person, openid) or not (left := self._rows[person].left(template)):
            return False
        self._set(person, template, left - 1)
        return True

    def give_back(self, person: str, openid: str, template: str) -> None:
        """As the port says."""
        if self._is(person, openid):
            self._set(person, template, self._rows[person].left(template) + 1)

    def void(self, person: str, openid: str, template: str) -> None:
        """As the port says."""
        if self._is(person, openid):
            self._set(person, template, 0)

    def standing(self, wish_key: str, person: str, notices: Sequence[Notice]) -> Standing:
        """As the port says."""
        self.asked.append(person)
        begun = any(
            (d.version, d.recipient, d.channel) == (n.version, n.recipient.id, Channel.WECHAT)
            for n in notices
            for d in self._store.dispatches(n.thing)
        )
        return Standing(self._store.opted_out(wish_key), self.binding(person), begun)

    def _is(self, person: str, openid: str) -> bool:
        return person in self._rows and self._rows[person].openid == openid

    def _set(self, person: str, template: str, number: int) -> None:
        there = self._rows[person]
        self._rows[person] = replace(there, grants={**there.grants, template: number})


class FakeWechat:
    """Both parts."""

    def __init__(self, store: FakeStore, names: Mapping[str, str] | None = None) -> None:
        self.program = FakeProgram(names)
        self.bindings = FakeBindings(store)
