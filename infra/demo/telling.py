"""The three stories on a real platform: played, told while they happen, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from urllib.error import URLError

from chalicelib.core.times import parse_iso
from chalicelib.web import case_verbs
from infra.demo import words
from infra.demo.client import Client
from infra.demo.papers import PAPERS, Printed, Printer
from infra.demo.people import People, Refused
from infra.demo.records import bell_intact, case_intact
from infra.demo.stories import STORIES
from infra.demo.story import WANG, Story
from infra.demo.table import aligned

TITLES = {
    "wall": "密渡桥路的围墙和油烟 The wall and the kitchen fumes",
    "door": "玻璃门撞伤路人 The glass door that hurt a passer-by",
    "medicine": "给隔离家庭送药 Medicine for a quarantined family",
}
_HEADINGS = (
    "故事 Story",
    "事项 Case",
    "阶段 Stage",
    "历时 Took",
    "评价 Rating",
    "铃录 Records",
    "纸质 Paper",
)
_OPENING, _SATURDAY = time(9, 30), 5


@dataclass
class Told:
    """What became of a story. `problems`: what is not as it should be."""

    name: str
    story: Story
    body: dict[str, Any] = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=dict)
    printed: list[Printed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def cells(self) -> tuple[str, ...]:
        """The story's line in the table."""
        return (
            TITLES[self.name],
            self.body.get("number", ""),
            words.both(case_verbs.STAGES, self.body["stage"]) if self.body else "",
            words.span(self._took()) if self.body else "",
            _rating(self.body.get("rating")),
            f"{sum(len(r['events']) for r in self.records.values())} 条 events" if self.records else "",
            ", ".join(f"{one.path.name} {one.pages} 页 p." for one in self.printed),
        )

    def _took(self) -> timedelta:
        moments = [parse_iso(entry["at"]) for entry in self.body["timeline"]]
        return max(moments) - min(moments)


def play(client: Client, names: Sequence[str], printer: Printer | None) -> bool:
    """Play these stories one after the other; whether everything is as it should be."""
    told = [_told(client, name, printer) for name in names]
    print("\n" + "\n".join(aligned(_HEADINGS, [one.cells() for one in told])) + "\n")
    for one in told:
        for problem in one.problems:
            print(f"  ✗ {TITLES[one.name]}: {problem}")
    return not any(one.problems for one in told)


def _told(client: Client, name: str, printer: Printer | None) -> Told:
    print(f"\n  ── {TITLES[name]} ──")
    story = Story(People(client, _passing, lambda: story.case), _saying(client))
    told = Told(name, story)
    try:
        _until_morning(story)
        STORIES[name](story)
        _look(client, told)
        told.problems += wrong(told.body, told.records)
        if printer:
            told.printed += _printed(client, told, printer)
    except (Refused, URLError, RuntimeError) as error:
        told.problems.append(str(error))
    bad = (one for one in told.printed if not one.good)
    told.problems += [f"{one.path} has {one.pages} pages, A4: {one.a4}" for one in bad]
    return told


def _saying(client: Client) -> Callable[[str], None]:
    def say(what: str) -> None:
        at = parse_iso(client.clock()["now"]).astimezone(words.sample().subdistrict.zone)
        print(f"  {at:%m-%d %H:%M}  {what}", flush=True)

    return say


def _passing(passed: timedelta) -> None:
    if passed >= timedelta(minutes=2):
        print(f"               ⏩ {words.span(passed)}", flush=True)


def _until_morning(story: Story) -> None:
    """Each story begins on a morning on which people are at work, whenever the demo is run."""
    now = story.hands.now().astimezone(words.sample().subdistrict.zone)
    story.hands.wait(seconds=(next_opening(now) - now).total_seconds())


def next_opening(now: datetime) -> datetime:
    """The next half past nine, in the zone of `now`, that is not on a weekend."""
    day = now.date() + timedelta(days=now.timetz().replace(tzinfo=None) >= _OPENING)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _OPENING, now.tzinfo)


def _look(client: Client, told: Told) -> None:
    story, resident = told.story, told.story.resident
    told.body = client.get(f"/v1/cases/{story.case}", resident)
    told.records["case"] = client.get(f"/v1/cases/{story.case}/record", resident)
    told.records["bell"] = client.get(f"/v1/bells/{story.bell}/record", resident)


def wrong(body: dict[str, Any], records: dict[str, Any]) -> list[str]:
    """What is not as it should be at the end of a story: sentences, none when all is well."""
    rating = body["rating"]
    found = {
        f"the case is {body['stage']}, not closed": body["stage"] == "closed",
        "there is no rating": rating is not None,
        "the resident is not content": bool(rating and rating["satisfied"]),
        "the record of the case does not verify": case_intact(records["case"]),
        "the record of the bell does not verify": bell_intact(records["bell"]),
    }
    return [sentence for sentence, well in found.items() if not well]


def _printed(client: Client, told: Told, printer: Printer) -> Iterator[Printed]:
    """The paper that a story ends in, and of a poll the sheets of its first building and its result."""
    story, paper = told.story, PAPERS[told.name]
    yield _print(
        printer, f"{client.url}/t/{story.resident}/print/{paper}", f"{told.name}-{paper.partition('-')[0]}"
    )
    if story.poll:
        poll = f"{client.url}/polls/{story.poll}"
        office = story.hands.sign_in(WANG)
        yield _print(printer, f"{poll}/sheets", f"{told.name}-ballot-sheets", office)
        yield _print(printer, f"{poll}/result-sheet", f"{told.name}-result")


def _print(printer: Printer, page: str, name: str, session: str = "") -> Printed:
    printed = printer.print(f"{page}?lang=zh-CN", name, session)
    print(f"               🖨 {printed.path}")
    return printed


def _rating(rating: dict[str, Any] | None) -> str:
    if rating is None:
        return ""
    said = {"有回应 answered": "answered", "已解决 solved": "solved", "满意 satisfied": "satisfied"}
    return "、".join(label for label, key in said.items() if rating[key])
