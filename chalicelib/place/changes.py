"""What differs between two directories, entry by entry: words for the operator, events for the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.core.chain import Happening
from chalicelib.place.file import dump
from chalicelib.place.rules import Directory

# Addresses are personal data: the record says that they changed, not from what to what.
# So is the name of the person to ask for at a company; that of a member of staff stands for the office.
_PRIVATE = frozenset({"phone", "mail", "person"})
_WORDS = {
    "staff": "member of staff",
    "order": "order of",
    "committee": "mediation committee",
    "official_vote": "official vote",
    "stage": "stage term",
}
_PER_EVENT = 100
Entries = dict[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Change:
    """One entry that was added, removed or changed (`kind`); `fields`: key, value before and after."""

    kind: str
    what: str
    id: str
    name: str
    fields: tuple[tuple[str, Any, Any], ...]

    def __str__(self) -> str:
        """`changed member of staff zhao-hong 赵虹: phone +8613… → +8613…`."""
        return f"{self.title()}: {'; '.join(self.details())}" if self.fields else self.title()

    def title(self) -> str:
        """`changed member of staff zhao-hong 赵虹`."""
        return " ".join(filter(None, (self.kind, _WORDS.get(self.what, self.what), self.id, self.name)))

    def details(self) -> tuple[str, ...]:
        """Each field in words, from → to; of an added or removed entry just the value."""
        return tuple(
            f"{key} {_word(before)} → {_word(after)}" if self.kind == "changed" else f"{key} {_word(value)}"
            for key, before, after in self.fields
            for value in [before if after is None else after]
        )

    def json(self) -> dict[str, Any]:
        """The change as the record keeps it, without addresses."""
        public = {key: [before, after] for key, before, after in self.fields if key not in _PRIVATE}
        private = sorted(key for key, _, _ in self.fields if key in _PRIVATE and self.kind == "changed")
        data = {"kind": self.kind, "what": self.what, "id": self.id, "name": self.name}
        return {key: value for key, value in {**data, "fields": public, "private": private}.items() if value}


def happenings(changes: Sequence[Change]) -> tuple[Happening, ...]:
    """The changes as few events, since a transaction holds a hundred items and a subdistrict has more people."""
    parts = (changes[i : i + _PER_EVENT] for i in range(0, len(changes), _PER_EVENT))
    return tuple(
        Happening("directory_changed", {"changes": [change.json() for change in part]}) for part in parts
    )


def diff(old: Directory | None, new: Directory) -> tuple[Change, ...]:
    """Every entry that differs: first what goes, then what changes, then what comes."""
    before, after = _entries(dump(old)) if old else {}, _entries(dump(new))
    gone = [_change("removed", key, before[key], {}) for key in before if key not in after]
    moved = [_change("changed", key, before[key], after[key]) for key in after if key in before]
    come = [_change("added", key, {}, after[key]) for key in after if key not in before]
    return (*gone, *(change for change in moved if change.fields), *_orders(before, after), *come)


def _orders(before: Entries, after: Entries) -> Iterator[Change]:
    """What is listed in another order than it was: people are alerted and places shown in the file's order."""
    for what in dict.fromkeys(what for what, _ in after):
        was = [id_ for kind, id_ in before if kind == what and (kind, id_) in after]
        now = [id_ for kind, id_ in after if kind == what and (kind, id_) in before]
        if was != now:
            yield Change("changed", "order", what, "", (("ids", was, now),))


def _change(kind: str, key: tuple[str, str], before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    keys = dict.fromkeys((*before, *after))
    fields = tuple((k, before.get(k), after.get(k)) for k in keys if before.get(k) != after.get(k))
    name = str((after or before).get("name", ""))
    shown = fields if kind == "changed" else tuple(f for f in fields if f[0] not in ("id", "name"))
    return Change(kind, *key, name, shown)


def _entries(file: Mapping[str, Any]) -> Entries:
    """The file as flat entries under what they are and their id."""
    return dict(_flat(file))


def _flat(file: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    yield ("subdistrict", file["subdistrict"]["id"]), file["subdistrict"]
    for community in file.get("communities", ()):
        yield ("community", community["id"]), {k: v for k, v in community.items() if k != "neighbourhoods"}
        for neighbourhood in community.get("neighbourhoods", ()):
            yield ("neighbourhood", neighbourhood["id"]), {**neighbourhood, "community": community["id"]}
    for staff in file.get("staff", ()):
        yield ("staff", staff["id"]), staff
    for roster in file.get("rosters", ()):
        yield ("roster", f"{roster['place']}/{roster['role']}"), _without(roster, "place", "role")
    for number, ladder in enumerate(file.get("ladders", ()), 1):
        fits = f"{ladder.get('urgency', 'any')}/{ladder.get('desk', 'any')}"
        yield ("ladder", f"{number}:{fits}"), _without(ladder, "urgency", "desk")
    for organisation in file.get("organisations", ()):
        yield ("organisation", organisation["id"]), organisation
    if committee := file.get("committee"):
        yield ("committee", ""), {"name": committee}
    if official := file.get("official_vote"):
        yield ("official_vote", ""), {"is": official}
    yield from _casework(file.get("casework", {}))


def _casework(casework: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """The rules of cases: each day and each stage's term by itself, so that one more is told as one more."""
    if rest := _without(casework, "days", "stages"):
        yield ("casework", ""), rest
    for line in sorted(casework.get("days", ())):
        day, _, what = line.partition(" ")
        yield ("day", day), {"is": what}
    for number, term in enumerate(casework.get("stages", ()), 1):
        cases = f"{term['stage']}/{term.get('urgency', 'any')}/{term.get('category', 'any')}"
        yield ("stage", f"{number}:{cases}"), {"within": term["within"]}


def _without(entry: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} {_word(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_word(item) for item in value) + "]"
    return "–" if value is None else str(value)
