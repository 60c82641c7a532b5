"""A small roll and polls to try things with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chalicelib.core.chain import Actor
from chalicelib.poll import changes, commands, drafting, rules
from chalicelib.poll.ballots import Ballot, Via
from chalicelib.poll.roll import NOBODY, Owner, Unit, buildings, digest
from chalicelib.poll.shapes import PollChange
from chalicelib.poll.state import Frozen, Poll, Terms, Topic

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LIU = Actor("staff", "liu", "刘敏", "community")
POLL = "MX7F3K92QD"
WALL = "拆除密渡桥路的围墙，您是否同意？"


def unit(number: int, *owners: Owner, building: str = "1幢", area: int = 8_950, voter: int = NOBODY) -> Unit:
    """A dwelling; without owners it has one nobody else has."""
    own = owners or (Owner(f"业主{number}", phone=f"+8613900{number:06d}"),)
    return Unit(number, building, f"{100 + number}", area, own, voter)


def roll(units: int = 6) -> tuple[Unit, ...]:
    """Two buildings, one owner a unit."""
    half = (units + 1) // 2
    return tuple(unit(n, building="1幢" if n <= half else "2幢") for n in range(1, units + 1))


def draft(matter: int = 0, *, covenant: bool = False, entry_seconds: int = 86_400) -> commands.Draft:
    """Whether the wall should go."""
    terms = Terms(covenant=covenant)
    topic = Topic("1", WALL, drafting.yes_no(terms), matter)
    return commands.Draft((topic,), terms, 7 if matter else 0, entry_seconds)


def drafted(poll_id: str = POLL, *, now: datetime = NOW, case: str = "", **terms: int) -> PollChange:
    """A poll that was just drafted."""
    about = {"neighbourhood": "yiqing", "community": "changqing", "case": case}
    return changes.beginning(poll_id, (rules.drafted(about, draft(**terms)),), LIU, now)


def announced(poll: Poll, units: tuple[Unit, ...], *, now: datetime = NOW, days: int = 7) -> PollChange:
    """Its notice, with this roll."""
    frozen = Frozen(1, digest(units), len(units), buildings(units, lambda _: True))
    opens = now + timedelta(days=poll.notice_days)
    command = commands.Announce(opens, opens + timedelta(days=days), frozen)
    return changes.following(poll, rules.decide(poll, command, now), LIU, now)


def ballot(number: int, choice: str = "for", *, at: datetime = NOW, via: Via = Via.LINK) -> Ballot:
    """The ballot of that number."""
    choices = {"1": choice} if choice else {}
    return Ballot(f"{number:022x}", choices, at, at, via, nonce=f"nonce{number}")
