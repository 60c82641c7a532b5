"""A poll and its result as everybody reads them: four ratios, thresholds, what is missing, bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.ballot import screens
from chalicelib.core.times import parse_iso
from chalicelib.people.staff import Staff
from chalicelib.poll import access, present
from chalicelib.poll.progress import Turnout
from chalicelib.poll.service import Reading
from chalicelib.poll.state import HOUSEHOLDS, Poll
from chalicelib.web import poll_labels as say
from chalicelib.web import poll_views as views
from chalicelib.web.i18n import N_, translate
from chalicelib.web.poll_sentences import sentence

Json = Mapping[str, Any]
_SILENT = frozenset(
    {"notified", "rearmed", "drafted", "redrafted", "reminded_on", "reminders_held", "reminders_resumed"}
)


def page(reading: Reading, turnout: Sequence[Turnout] | None, language: str) -> views.PollPage:
    """The poll's page."""
    poll = reading.poll
    units = sum(row.units for row in turnout or ())
    voted = sum(row.voted for row in turnout or ())
    return views.PollPage(
        notice=screens.notice(poll, reading.directory, language),
        questions=screens.questions(poll, language, {}),
        buildings=None if turnout is None else tuple(map(_building, turnout)),
        units=units,
        voted=voted,
        percent=percent(voted, units),
        results=results(poll, language, reading.member),
        conflicts=_conflicts(poll),
        published=_published(reading),
        events=_events(reading, language),
        staff=reading.member is not None,
        roll=poll.frozen.digest if poll.frozen else "",
    )


def sheet(reading: Reading, language: str) -> views.ResultSheet:
    """The result on paper."""
    poll = reading.poll
    return views.ResultSheet(
        number=screens.notice(poll, reading.directory, language).number,
        back=f"/polls/{poll.id}",
        notice=screens.notice(poll, reading.directory, language),
        results=results(poll, language),
        conflicts=_conflicts(poll),
        published=_published(reading),
        roll=poll.frozen.digest if poll.frozen else "",
    )


def results(poll: Poll, language: str, member: Staff | None = None) -> tuple[views.Result, ...]:
    """Every topic as it was counted last; nothing before."""
    if not access.sees_tally(poll, member) or not poll.counts:
        return ()
    return tuple(_result(poll, topic, language) for topic in poll.result.get("topics", ()))


def percent(part: int, whole: int) -> str:
    """A share with two decimals, rounded down: what is just short of a threshold is never shown as having met it."""
    hundredths = part * 10_000 // whole if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _result(poll: Poll, counted: Json, language: str) -> views.Result:
    topic = next(t for t in poll.topics if t.id == counted["id"])
    owners = topic.matter != HOUSEHOLDS
    labels = {o.id: say.option(o.id, language, o.label, o.label_en) for o in topic.options}
    took = counted["took_part"][0]
    covenant = counted.get("covenant")
    return views.Result(
        question=present.question_of(topic, language),
        matter=say.matter(topic.matter, language) if owners else "",
        outcome=counted["outcome"],
        outcome_label=say.outcome(counted["outcome"], language),
        figures=tuple(_figures(poll, counted, language, owners=owners)),
        bars=tuple(_bar(choice, labels, took, language, owners=owners) for choice in _shown(counted)),
        close=counted["close"],
        tie=counted["tie"],
        winner=labels.get(counted["winner"], ""),
        covenant=_covenant(covenant, labels, language) if covenant else "",
        covenant_outcome=say.outcome(covenant["outcome"], language) if covenant else "",
    )


def _shown(counted: Json) -> list[tuple[str, int, int | None]]:
    """Every option, and blanks where there are any."""
    return [(c, heads, size) for c, heads, size in counted["choices"] if c or heads]


def _figures(poll: Poll, counted: Json, language: str, *, owners: bool) -> Iterator[views.Figure]:
    took, agreed = counted["participation"], counted["consent"]
    if not owners:
        yield _figure(N_("Households that took part"), took["heads"], language, needs=False)
        asked = poll.terms.of == "asked"
        label = (
            N_("In favour, of all households asked") if asked else N_("In favour, of those that took part")
        )
        yield _figure(label, agreed["heads"], language)
        return
    yield _figure(N_("Owners who took part"), took["heads"], language)
    yield _figure(N_("Area of the owners who took part (m²)"), took["area"], language, area=True)
    yield _figure(N_("Owners in favour, of those who took part"), agreed["heads"], language)
    yield _figure(
        N_("Area in favour, of that of those who took part (m²)"), agreed["area"], language, area=True
    )


def _figure(
    label: str, ratio: Sequence[int], language: str, *, area: bool = False, needs: bool = True
) -> views.Figure:
    part, whole, needed = ratio
    shown = screens.area if area else str
    lacking = max(0, needed - part)
    missing = translate(language, N_("%(much)s more"), much=shown(lacking)) if lacking else ""
    return views.Figure(
        label=translate(language, label),
        part=shown(part),
        whole=shown(whole),
        percent=percent(part, whole),
        needed=translate(language, N_("at least %(much)s"), much=shown(needed)) if needs else "–",
        met=(whole > 0 and part >= needed) if needs else None,
        missing=missing,
        width=part * 100 // whole if whole else 0,
        mark=min(99, needed * 100 // whole) if needs and whole else 0,
    )


def _bar(
    choice: tuple[str, int, int | None], labels: Mapping[str, str], took: int, language: str, *, owners: bool
) -> views.Bar:
    option, heads, size = choice
    label = labels.get(option) or say.option(option, language)
    width = heads * 100 // took if took else 0
    return views.Bar(
        label, heads, screens.area(size) if owners and size is not None else "", percent(heads, took), width
    )


def _covenant(covenant: Json, labels: Mapping[str, str], language: str) -> str:
    if not covenant["side"]:
        return translate(
            language,
            N_(
                "Heads and area lean to different sides, or to none: “with the majority” stays an abstention."
            ),
        )
    return translate(
        language,
        N_("%(heads)s marks went to “%(side)s”."),
        heads=covenant["moved"][0],
        side=labels[covenant["side"]],
    )


def _conflicts(poll: Poll) -> int:
    found = poll.result.get("conflicts", {})
    return int(found.get("open", 0)) + int(found.get("settled", 0))


def _published(reading: Reading) -> str:
    counted = [event.data["published"] for event in reading.events if event.kind == "counted"]
    return str(counted[-1]) if counted else ""


def _building(row: Turnout) -> views.Building:
    return views.Building(
        row.building, row.units, row.voted, row.voted * 100 // row.units if row.units else 0
    )


def _events(reading: Reading, language: str) -> tuple[views.Happened, ...]:
    return tuple(
        views.Happened(parse_iso(event.at), sentence(event.kind, event.data, language))
        for event in reading.events
        if event.kind not in _SILENT
    )
