"""What is published of a count: the summary for the record, and the file from which anyone can recount. Pure.

The file (decision 0015) holds no name, no unit and no ballot: of each topic the receipts of the heads whose ballots
count, in batches of one choice with the batch's area, then the receipts of the ballots that do not count, without their
choice. It is JSON in lines, ordered by receipt, so that the place of a receipt says nothing about whose it is.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from chalicelib.core.times import iso
from chalicelib.poll.drafting import FOR
from chalicelib.poll.effective import NONE
from chalicelib.poll.gathering import Effective
from chalicelib.poll.outcome import Covenant, Figure, Pair, Ratio, TopicResult
from chalicelib.poll.receipts import receipt
from chalicelib.poll.state import HOUSEHOLDS, Poll, Topic
from chalicelib.poll.tally import Count

FORMAT = "consultation-bell/count"
VERSION = 1
BATCH = 20
"""A batch has at least so many receipts and less than twice as many; only a choice of fewer heads has a smaller one."""
FEW = 5
"""What fewer heads chose has its area told only together with others, where the law does not ask for it."""
MOST_BUILDINGS = 400
"""Of a roll with more buildings the record leaves the turnout by building to the published file."""
ABOUT = (
    "本次为意向征询,不是法定业主大会表决;本文件供任何人重新计票。",
    "This was a consultation, not the statutory vote of the owners' assembly. Anyone can recount from this file.",
)

Json = dict[str, Any]
_Slip = tuple[str, int]


def summary(count: Count) -> Json:
    """The result as the `counted` event holds it: canonical JSON, integers, no personal data, about 1 KB a topic.

    Figures are `[heads, area]`, ratios `[part, whole, needed]` (of households `area` is None), all areas in
    0.01 m². `topics` are in the poll's order, each with `outcome`, `tie`, `close`, `conclusive`, `winner`, `margin`,
    `covenant` (or None) and `choices`: `[option, heads, area]`, the blank one last, with an empty option, and None for
    an area that would tell how a few neighbours voted (`hides_areas`). `buildings` are `[name, units, units that took
    part]`; `conflicts`, `superseded` and `left_out` are numbers.
    """
    return {
        "format": VERSION,
        "topics": [_topic(topic) for topic in count.topics],
        "buildings": _buildings(count) if len(count.buildings) <= MOST_BUILDINGS else [],
        "conflicts": {
            "open": sum(not conflict.settled for conflict in count.conflicts),
            "settled": sum(bool(conflict.settled) for conflict in count.conflicts),
        },
        "superseded": count.superseded,
        "left_out": len(count.left_out),
        "conclusive": count.conclusive,
        "carried": count.carried,
    }


def _topic(topic: TopicResult) -> Json:
    return {
        "id": topic.topic,
        "matter": topic.matter,
        "outcome": str(topic.outcome),
        "asked": _figure(topic.asked),
        "took_part": _figure(topic.took_part),
        "silent": _figure(topic.silent),
        "choices": _choices(topic),
        "participation": _pair(topic.participation),
        "consent": _pair(topic.consent),
        "threshold": list(topic.threshold),
        "inclusive": topic.inclusive,
        "margin": _figure(topic.margin),
        "tie": topic.tie,
        "close": topic.close,
        "winner": topic.winner,
        "conclusive": topic.conclusive,
        "covenant": _covenant(topic.covenant) if topic.covenant else None,
    }


def _choices(topic: TopicResult) -> list[list[str | int | None]]:
    hidden = hides_areas(topic)
    return [
        [choice, figure.heads, None if hidden and choice != FOR else figure.area]
        for choice, figure in topic.by_choice.items()
    ]


def hides_areas(topic: TopicResult) -> bool:
    """Whether the areas of what was chosen besides `for` are told only together, as the rest of the area that took
    part: so few chose one of them that its area could name them. With the covenant's rule all areas are needed."""
    few = (0 < figure.heads < FEW for choice, figure in topic.by_choice.items() if choice != FOR)
    return topic.matter != HOUSEHOLDS and topic.covenant is None and any(few)


def _covenant(covenant: Covenant) -> Json:
    return {
        "side": covenant.side,
        "moved": _figure(covenant.moved),
        "consent": _pair(covenant.consent),
        "outcome": str(covenant.outcome),
    }


def _figure(figure: Figure) -> list[int]:
    return [figure.heads, figure.area]


def _pair(pair: Pair) -> Json:
    return {"heads": _ratio(pair.heads), "area": _ratio(pair.area) if pair.area else None}


def _ratio(ratio: Ratio) -> list[int]:
    return [ratio.part, ratio.whole, ratio.needed]


def _buildings(count: Count) -> list[list[str | int]]:
    return [[t.building, t.asked, t.took_part] for t in count.buildings]


def document(poll: Poll, count: Count) -> str:
    """The published file of the count that `poll` is about to have; the same count gives the same text, to the byte."""
    return "".join(_lines(poll, count))


def sha256(document: str) -> str:
    """The digest of a published file, in hexadecimal, as the record holds it."""
    return hashlib.sha256(document.encode()).hexdigest()


def _lines(poll: Poll, count: Count) -> Iterator[str]:
    yield "{\n"
    for name, value in _head(poll, count).items():
        yield f"{_json(name)}: {_json(value)},\n"
    yield '"ballots": {\n'
    for place, topic in enumerate(poll.topics):
        yield from _ballots(poll.id, topic, place, count)
        yield ",\n" if place + 1 < len(poll.topics) else "\n"
    yield "}\n}\n"


def _head(poll: Poll, count: Count) -> Json:
    opens_at, closes_at = poll.window
    return {
        "format": FORMAT,
        "version": VERSION,
        "about": list(ABOUT),
        "poll": {
            "id": poll.id,
            "kind": "households" if poll.households else "owners",
            "opens_at": iso(opens_at),
            "closes_at": iso(closes_at),
            "count": poll.counts + 1,
        },
        "topics": [_question(topic) for topic in poll.topics],
        "terms": _terms(poll),
        "roll": _roll(poll, count),
        "result": summary(count),
    }


def _question(topic: Topic) -> Json:
    options = [[option.id, option.label, option.label_en] for option in topic.options]
    question = {"question": topic.question, "question_en": topic.question_en}
    return {"id": topic.id, "matter": topic.matter, **question, "options": options}


def _terms(poll: Poll) -> Json:
    terms = poll.terms
    return {
        "parking": terms.parking,
        "covenant": terms.covenant,
        "silent_with_majority": terms.silent_with_majority,
        "share": list(terms.share),
        "of": terms.of,
    }


def _roll(poll: Poll, count: Count) -> Json:
    """What was asked; of the buildings name, units, those that took part, and area (owners)."""
    frozen = poll.frozen
    areas = count.effective.areas
    return {
        "version": frozen.roll if frozen else 0,
        "digest": frozen.digest if frozen else "",
        "heads": len(areas),
        "area": sum(areas),
        "units": sum(t.asked for t in count.buildings),
        "buildings": [
            [t.building, t.asked, t.took_part, 0 if poll.households else t.area] for t in count.buildings
        ],
    }


def _ballots(poll_id: str, topic: Topic, place: int, count: Count) -> Iterator[str]:
    result, effective = count.topics[place], count.effective
    hidden = hides_areas(result)
    batches = _batches(_counted(poll_id, topic, place, effective), hidden)
    yield f'{_json(topic.id)}: {{"counted": [\n'
    yield ",\n".join(_json(batch) for batch in batches)
    yield f'\n], "rest_area": {result.took_part.area - result.by_choice[FOR].area if hidden else 0},\n'
    yield '"not_counted": {\n'
    others = _not_counted(poll_id, topic, place, effective)
    yield ",\n".join(f"{_json(reason)}: {_json(others[reason])}" for reason in sorted(others))
    yield "\n}}"


def _counted(poll_id: str, topic: Topic, place: int, effective: Effective) -> Mapping[str, list[_Slip]]:
    """By choice the receipts of the heads of whom a ballot counts, and their areas."""
    found: defaultdict[str, list[_Slip]] = defaultdict(list)
    for wording, nonce, area in zip(effective.wordings, effective.nonces, effective.areas, strict=True):
        if wording != NONE:
            choice = effective.said[wording][place]
            found[choice].append((receipt(poll_id, topic.id, choice, nonce), area))
    return found


def _batches(slips: Mapping[str, list[_Slip]], hidden: bool) -> Iterator[Json]:
    for choice in sorted(slips):
        for batch in _pieces(sorted(slips[choice])):
            receipts = [receipt for receipt, _ in batch]
            area = None if hidden and choice != FOR else sum(area for _, area in batch)
            yield {"choice": choice, "heads": len(batch), "area": area, "receipts": receipts}


def _pieces(slips: Sequence[_Slip]) -> Iterator[Sequence[_Slip]]:
    pieces = max(1, len(slips) // BATCH)
    ends = [len(slips) * piece // pieces for piece in range(pieces + 1)]
    return (slips[start:end] for start, end in pairwise(ends))


def _not_counted(poll_id: str, topic: Topic, place: int, effective: Effective) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for left in effective.left_out:
        choice = effective.said[left.wording][place]
        found[left.reason].append(receipt(poll_id, topic.id, choice, left.nonce))
    return {reason: sorted(receipts) for reason, receipts in found.items()}


def _json(value: Iterable[Any] | str) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
