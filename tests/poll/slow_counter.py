"""A second counter, written from the law's text for reading and not for speed: fractions, lists, and everything looked
at again for each question. It shares nothing with the platform's counter but the plain data that both are given.

民法典第二百七十八条: 下列事项由业主共同决定: (一) … (九) …
业主共同决定事项,应当由专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决。
决定前款第六项至第八项规定的事项,应当经参与表决专有部分面积四分之三以上的业主且参与表决人数四分之三以上的业主同意。
决定前款其他事项,应当经参与表决专有部分面积过半数的业主且参与表决人数过半数的业主同意。
第一千二百五十九条: 民法所称的"以上""以下""以内""届满",包括本数;所称的"不满""超过""以外",不包括本数。
法释〔2009〕7号第九条: 一个专有部分按一人计算。但建设单位尚未出售和虽已出售但尚未交付的部分,以及同一买受人拥有一个以上
专有部分的,按一人计算。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chalicelib.poll.ballots import Ballot, Box
from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.state import Poll, Topic


@dataclass
class Person:
    """One head: its units with their boxes (None while nobody sent anything)."""

    units: list[tuple[Unit, Box | None]] = field(default_factory=list)

    @property
    def area(self) -> Fraction:
        return Fraction(sum(unit.area for unit, _ in self.units))


@dataclass
class Said:
    """The result of one topic."""

    outcome: str
    asked: tuple[int, Fraction]
    took_part: tuple[int, Fraction]
    by_choice: dict[str, tuple[int, Fraction]]
    winner: str = ""
    tie: bool = False
    covenant: tuple[str, str] | None = None


def people(poll: Poll, units: Sequence[Unit], boxes: Sequence[Box]) -> list[Person]:
    """一个专有部分按一人计算, but one owner's several units are one, and so are the developer's."""
    found: list[Person] = []
    households = all(topic.matter == 0 for topic in poll.topics)
    for unit in units:
        if unit.kind is Kind.PARKING and (households or not poll.terms.parking):
            continue
        own = next((box for box in boxes if box.unit == unit.number), None)
        for person in found:
            if not households and of_one_owner(person.units[0][0], unit):
                person.units.append((unit, own))
                break
        else:
            found.append(Person([(unit, own)]))
    return found


def of_one_owner(one: Unit, other: Unit) -> bool:
    if one.developer or other.developer:
        return one.developer and other.developer
    if not one.owners or not other.owners:
        return False
    return all(any(same(a, b) for b in other.owners) for a in one.owners) and all(
        any(same(a, b) for a in one.owners) for b in other.owners
    )


def same(one: Owner, other: Owner) -> bool:
    """Two entries of the roll are known to be one human being: the name alone does not say so."""
    if one.name != other.name or bool(one.mark) != bool(other.mark):
        return False
    return one.mark == other.mark if one.mark else bool(one.phone) and one.phone == other.phone


# -- which ballot counts


def with_authority(ballot: Ballot) -> bool:
    return ballot.proxy is None or ballot.proxy.proof != ""


def ballot_of_unit(unit: Unit, box: Box | None) -> Ballot | None:
    """The last one; of the named voter, if he or his proxy voted; unless it was ruled that none counts."""
    if box is None or (box.ruling is not None and box.ruling.ballot == ""):
        return None
    candidates = [ballot for ballot in box.ballots if with_authority(ballot)]
    if unit.voter != -1:
        his = [b for b in candidates if b.voter == unit.voter or (b.proxy and b.voter == -1)]
        candidates = his or candidates
    latest: Ballot | None = None
    for ballot in candidates:
        if latest is None or ballot.cast_at >= latest.cast_at:
            latest = ballot
    return latest


def ballot_of(person: Person) -> Ballot | None:
    rulings = []
    for unit, box in person.units:
        if box and box.ruling:
            rulings += [(box.ruling.at, unit.number, b) for b in box.ballots if b.id == box.ruling.ballot]
    if rulings:
        return max(rulings, key=lambda ruling: ruling[:2])[2]
    votes = [(ballot_of_unit(unit, box), unit.number) for unit, box in person.units]
    cast = [(b.cast_at, b.received_at, number, b) for b, number in votes if b is not None]
    return max(cast, key=lambda vote: vote[:3])[3] if cast else None


def said_in(poll: Poll, ballot: Ballot) -> list[str]:
    return [
        choice if (choice := ballot.choices.get(topic.id, "")) in [o.id for o in topic.options] else ""
        for topic in poll.topics
    ]


def has_open_conflict(poll: Poll, person: Person) -> bool:
    """Whether people, or units of one owner, say different things, and neither a ruling nor the roll decides it."""
    for _, box in person.units:
        if box and box.ruling and any(ballot.id == box.ruling.ballot for ballot in box.ballots):
            return False
    across = [said_in(poll, b) for unit, box in person.units if (b := ballot_of_unit(unit, box)) is not None]
    if any(said != across[0] for said in across):
        return True
    return any(box is not None and quarrel(poll, unit, box) for unit, box in person.units)


def quarrel(poll: Poll, unit: Unit, box: Box) -> bool:
    if box.ruling is not None and box.ruling.ballot == "":
        return False
    ballots = [ballot for ballot in box.ballots if with_authority(ballot)]
    his = [b for b in ballots if unit.voter != -1 and (b.voter == unit.voter or (b.proxy and b.voter == -1))]
    last_of: dict[str, Ballot] = {}
    for ballot in sorted(his or ballots, key=lambda ballot: ballot.cast_at):
        who = f"proxy {ballot.proxy.name}" if ballot.proxy else f"owner {ballot.voter}"
        if len(unit.owners) == 1 and who == "owner -1":
            who = "owner 0"
        last_of[who] = ballot
    said = [said_in(poll, ballot) for ballot in last_of.values()]
    return any(one != said[0] for one in said)


# -- the figures


def count_slowly(poll: Poll, units: Sequence[Unit], boxes: Sequence[Box]) -> list[Said]:
    everybody = people(poll, units, boxes)
    return [one_topic(poll, topic, everybody) for topic in poll.topics]


def one_topic(poll: Poll, topic: Topic, everybody: Sequence[Person]) -> Said:
    votes = [(person, ballot) for person in everybody if (ballot := ballot_of(person)) is not None]
    place = poll.topics.index(topic)
    owners = topic.matter != 0
    groups = {
        choice: [person for person, ballot in votes if said_in(poll, ballot)[place] == choice]
        for choice in [option.id for option in topic.options] + [""]
    }
    present = [person for person, _ in votes]
    result = Said(
        "", size(everybody, owners), size(present, owners), {c: size(g, owners) for c, g in groups.items()}
    )
    if owners:
        under_the_law(result, topic, groups, everybody, present)
    else:
        by_shares(poll, result, groups, everybody, present)
    if poll.terms.covenant and "for" in groups:
        result.covenant = with_the_majority(poll, topic, groups, everybody, present)
    return result


def size(group: Sequence[Person], owners: bool) -> tuple[int, Fraction]:
    return len(group), Fraction(sum(person.area for person in group)) if owners else Fraction(0)


def share(part: Sequence[Person], whole: Sequence[Person], by_area: bool) -> Fraction | None:
    """面积占比 or 人数占比; of nothing there is no share."""
    total = sum(person.area for person in whole) if by_area else Fraction(len(whole))
    if not total:
        return None
    return Fraction(sum(person.area for person in part) if by_area else len(part)) / total


def took_part_enough(everybody: Sequence[Person], present: Sequence[Person]) -> bool:
    """应当由专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决。"""
    shares = [share(present, everybody, by_area) for by_area in (True, False)]
    return all(one is not None and one >= Fraction(2, 3) for one in shares)


def agreed_enough(topic: Topic, agreed: Sequence[Person], present: Sequence[Person]) -> bool:
    shares = [share(agreed, present, by_area) for by_area in (True, False)]
    if topic.matter in (6, 7, 8):
        # 应当经参与表决专有部分面积四分之三以上的业主且参与表决人数四分之三以上的业主同意。
        return all(one is not None and one >= Fraction(3, 4) for one in shares)
    # 应当经参与表决专有部分面积过半数的业主且参与表决人数过半数的业主同意。
    return all(one is not None and one > Fraction(1, 2) for one in shares)


def under_the_law(
    result: Said,
    topic: Topic,
    groups: dict[str, list[Person]],
    everybody: Sequence[Person],
    present: Sequence[Person],
) -> None:
    ordinary = topic.matter not in (6, 7, 8)
    result.tie = ordinary and len(groups["for"]) == len(groups["against"]) > 0
    if not took_part_enough(everybody, present):
        result.outcome = "no_quorum"
    else:
        result.outcome = "passed" if agreed_enough(topic, groups["for"], present) else "failed"


def by_shares(
    poll: Poll,
    result: Said,
    groups: dict[str, list[Person]],
    everybody: Sequence[Person],
    present: Sequence[Person],
) -> None:
    """More than the announced share of those asked, or of those who answered."""
    whole = everybody if poll.terms.of == "asked" else present
    least = Fraction(*poll.terms.share)
    if {"for", "against"} <= set(groups):
        part = groups["for"]
        result.tie = len(part) == len(groups["against"]) > 0 and least == Fraction(1, 2)
    else:
        options = [choice for choice in groups if choice not in ("", "abstain", "majority")]
        most = max((len(groups[choice]) for choice in options), default=0)
        leading = [choice for choice in options if most and len(groups[choice]) == most]
        result.tie = len(leading) > 1
        result.winner = leading[0] if len(leading) == 1 else ""
        part = groups[result.winner] if result.winner else []
    reached = share(part, whole, False)
    passed = reached is not None and reached > least
    result.outcome = "passed" if passed else "tie" if result.tie else "failed"


def with_the_majority(
    poll: Poll,
    topic: Topic,
    groups: dict[str, list[Person]],
    everybody: Sequence[Person],
    present: Sequence[Person],
) -> tuple[str, str]:
    """随多数: marks (and blanks, where it says so) are counted with the side that leads by heads and by area."""
    agreed, against = list(groups["for"]), list(groups["against"])
    marks = groups.get("majority", []) + (groups[""] if poll.terms.silent_with_majority else [])
    heads = (len(agreed) > len(against)) - (len(agreed) < len(against))
    areas = [sum((person.area for person in group), Fraction(0)) for group in (agreed, against)]
    area = (areas[0] > areas[1]) - (areas[0] < areas[1]) if topic.matter else heads
    side = {1: "for", -1: "against"}.get(heads, "") if heads == area else ""
    moved = {
        **groups,
        "for": agreed + (marks if side == "for" else []),
        "against": against + (marks if side == "against" else []),
    }
    told = Said("", (0, Fraction(0)), (0, Fraction(0)), {})
    if topic.matter:
        under_the_law(told, topic, moved, everybody, present)
    else:
        by_shares(poll, told, moved, everybody, present)
    return side, told.outcome
