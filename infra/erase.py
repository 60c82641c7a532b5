"""The command behind `make erase`: erase what is held of somebody who asked by letter or telephone.

By the number of a bell (BELL), by a telephone number (PHONE), or all bells of a file of numbers (FILE), such as what
LIST=1 wrote before a table was restored; or, by itself, whatever was settled so many days ago (OVER), as the privacy
notice promises. It shows what would go and what would not, and asks. What was erased before is
passed over, so it may be run again whenever it broke off.

Exit status: 0 all that was asked for is erased, 1 not all of it could be, 2 nothing was: wrong arguments, nobody found,
or whoever was asked did not say yes.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.case.shapes import CaseFile, PartyContact, Text
from chalicelib.config import ConfigError
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.core.chain import Actor
from chalicelib.core.errors import Conflict, NotFound, Unavailable
from chalicelib.mydata import guests, rules, service
from chalicelib.mydata.service import Holding
from chalicelib.ports import Ports
from infra.connect import NotConnected, connected, readable
from infra.deploy.telling import Teller

YES = "erase"
"""What has to be typed."""
ASK = "-"
"""In the place of a telephone number: ask for it."""
_STAYS = """What stays: the records (no name, number or word is in them), what staff and others wrote,
    signatures, votes, and for 35 days at most the backups."""
_IDENTITY = """Make sure that whoever asked is this person: call the number of the bell, or see a document. Whoever is
    refused is told why, and may turn to the cyberspace administration or a court (PIPL, articles 47 and 50)."""


@dataclass(frozen=True)
class Found:
    """What is to be erased: bells, and cases to which the number was invited."""

    bells: tuple[Holding, ...] = ()
    guests: tuple[tuple[CaseFile, PartyContact], ...] = ()
    phone: str = ""
    why: str = rules.REQUEST

    @property
    def open(self) -> tuple[Holding, ...]:
        """Bells that are not erased yet, or not wholly."""
        return tuple(held for held in self.bells if held.bell.erased_at is None or held.left_over)

    @property
    def possible(self) -> bool:
        """Whether anything of it can go now."""
        waits = [*(held.obstacle[1] for held in self.open), *(_waits(*guest) for guest in self.guests)]
        return not waits or not all(waits)


def _waits(file: CaseFile, party: PartyContact) -> str:
    return rules.guests_obstacle(file.case, party.id)[1]


def main(arguments: Sequence[str] | None = None, tell: Teller | None = None) -> int:
    """Run the command; answers the exit status."""
    wanted, tell = _arguments(arguments), tell or Teller()
    try:
        if wanted.list:
            with readable() as ports:
                return _list(ports)
        return _run(connected(), wanted, tell)
    except NotConnected as error:
        tell.error(str(error))
        return 2
    except OSError as error:
        tell.error(f"{wanted.file} cannot be read: {error.strerror}")
        return 2
    except (BotoCoreError, ClientError, ConfigError, Unavailable) as error:
        tell.error(
            f"The table cannot be reached: {error}. Run this again: what is erased already is passed over."
        )
        return 1


def _run(ports: Ports, wanted: argparse.Namespace, tell: Teller) -> int:
    found = _found(ports, wanted, tell)
    if found is None:
        return 2
    _show(ports, found, tell)
    if not found.open and not found.guests and not (found.phone and _has_wechat(ports, found.phone)):
        tell.good("Nothing is left to erase.")
        return 0
    if not found.possible:
        tell.error("Nothing of it can be erased yet.")
        return 1
    if not wanted.yes and tell.ask(f"To erase it for good, type {YES}:").strip() != YES:
        tell.error(f"Nothing was erased. Type {YES} when asked, if you mean it (YES=1: do not ask).")
        return 2
    by = Actor("staff", wanted.actor, role="operator")
    return 0 if all([*_erase(ports, found, by, tell)]) else 1


def _found(ports: Ports, wanted: argparse.Namespace, tell: Teller) -> Found | None:
    """Whom it is about; None when nobody is, which is said."""
    if wanted.over is not None:
        return _over(ports, wanted.over, tell)
    if wanted.phone:
        # On the command line it would stand in the shell's history.
        typed = tell.ask("The telephone number:") if wanted.phone == ASK else wanted.phone
        return _by_phone(ports, typed, tell)
    numbers = [wanted.bell] if wanted.bell else Path(wanted.file).read_text("utf-8").split("\n")
    named = [word[0] for line in numbers if (word := line.split())]
    bells = []
    for number in named:
        try:
            bells.append(service.find(ports, number))
        except NotFound:
            tell.error(f"There is no bell {number}: compare it with the letter; O is 0, I and L are 1.")
    return Found(tuple(bells)) if bells and len(bells) == len(named) else None


def _over(ports: Ports, days: int, tell: Teller) -> Found | None:
    """Whatever was settled so many days ago."""
    if days < rules.SHORTEST.days:
        tell.error(
            f"So soon a matter may be opened again: keep it {rules.SHORTEST.days} days at least (OVER=180)."
        )
        return None
    before = ports.clock.now() - timedelta(days=days)
    tell.line("Reading every bell and case; that takes a while …")
    bells, invited = tuple(service.over(ports, before)), tuple(guests.over(ports, before))
    return Found(bells, invited, why=rules.TIME)


def _by_phone(ports: Ports, typed: str, tell: Teller) -> Found | None:
    first = next(iter(ports.directories.all()), None)
    phone = texts.phone(typed, first.subdistrict.country_code if first else "86")
    if phone is None:
        tell.error(f"{typed} is no telephone number: write it as 13800001234, or +49… from abroad.")
        return None
    bells = tuple(service.find(ports, bell.id) for bell in service.rung_with(ports, phone))
    found = Found(bells, guests.invited_by(ports, phone), phone)
    places = service.on_rolls(ports, phone)
    for place in places:
        tell.warning(
            f"The number is on the roll of {place}, and stays: import the roll without it (/rolls/{place})."
        )
    if not bells and not found.guests and not places and not _has_wechat(ports, phone):
        tell.error(
            "Nothing is held of this number. Bells that were erased are not found by it any more; "
            "a bell that was rung with another number is found by BELL=…"
        )
        return None
    return found


def _has_wechat(ports: Ports, phone: str) -> bool:
    from chalicelib.bell.ringing import person_of

    return ports.wechat is not None and bool(
        ports.wechat.bindings.binding(person_of(ports.policy.key, phone))
    )


def _show(ports: Ports, found: Found, tell: Teller) -> None:
    """What would go and what would not, without showing anybody's data on a screen."""
    tell.step("What is held")
    for held in found.bells:
        _show_bell(held, tell)
    for file, party in found.guests:
        _show_guest(file, party, tell)
    if found.phone and _has_wechat(ports, found.phone):
        tell.line("WeChat of this number: the binding goes with the last of its bells")
    tell.line(_STAYS)
    if found.why == rules.REQUEST:
        tell.warning(_IDENTITY)


def _show_bell(held: Holding, tell: Teller) -> None:
    bell, contact = held.bell, held.file.contact
    named = f"Bell {ids.number(bell.id)}, rung {bell.rung_at:%Y-%m-%d %H:%M} UTC, {bell.status}"
    if bell.erased_at:
        tell.quiet(f"{named}: erased on {bell.erased_at:%Y-%m-%d}")
        if left := sum(len(texts_left) for _, texts_left in held.left_over):
            tell.line(f"That broke off: {left} text{'s' * (left != 1)} of the case would go now")
        return
    code, case_id = held.obstacle
    if case_id:
        tell.error(f"{named}: stays. {_still(ids.number(case_id))}")
        return
    words = [text for file in held.cases for text in rules.erasable(file, bell.id)]
    who = f"{texts.mask_name(contact.name)} {texts.mask_phone(contact.phone)}" if contact else "nobody named"
    tell.line(f"{named}: {who} would go, with name, number, words, {_count(words)}")
    if code:
        tell.warning("It is not decided yet and would be taken back: nobody comes any more")


def _show_guest(file: CaseFile, party: PartyContact, tell: Teller) -> None:
    named = f"Case {ids.number(file.case.id)}: invited as {party.kind}, {texts.mask_name(party.name)}"
    code, case_id = rules.guests_obstacle(file.case, party.id)
    if code:
        tell.error(
            f"{named}: stays. Case {ids.number(case_id)} goes on with them: remove them from it first."
        )
        return
    tell.line(f"{named} would go, with name, number, {_count(rules.guests_words(file, party.id))}")


def _still(case: str) -> str:
    """Why not yet, and what to do."""
    return f"Case {case} goes on with them: let whoever looks after it end it, then run this again."


def _count(words: Sequence[Text]) -> str:
    return f"{_written(len(words), len(rules.files_of(words)))} of the case"


def _written(texts: int, files: int) -> str:
    return f"{texts} text{'s' * (texts != 1)} and {files} file{'s' * (files != 1)}"


def _erase(ports: Ports, found: Found, by: Actor, tell: Teller) -> Iterator[bool]:
    """One after the other; whether each went."""
    tell.step("Erasing")
    jobs: list[Callable[[], str]] = [partial(_bell, ports, held, by, found.why) for held in found.open]
    jobs += [partial(_guest, ports, file, party, by, found.why) for file, party in found.guests]
    for count, job in enumerate(jobs, 1):
        try:
            tell.good(f"{count}/{len(jobs)} {job()}")
            yield True
        except Conflict as refusal:
            tell.error(f"{count}/{len(jobs)} {_still(str(refusal.params['case']))}")
            yield False
    _forget_number(ports, found, tell)
    tell.line("Photos go a moment later. `make verify` shows that every record is whole.")


def _forget_number(ports: Ports, found: Found, tell: Teller) -> None:
    # The list of somebody's bells may still show, for a second, what was just erased.
    gone = {held.bell.id for held in found.bells}
    if not found.phone or any(bell.id not in gone for bell in service.rung_with(ports, found.phone)):
        return
    if all(_erased_now(ports, bell_id) for bell_id in gone) and service.forget_number(ports, found.phone):
        tell.good("The WeChat of this number is forgotten")


def _erased_now(ports: Ports, bell_id: str) -> bool:
    return service.find(ports, bell_id).bell.erased_at is not None


def _bell(ports: Ports, held: Holding, by: Actor, why: str) -> str:
    done = service.erase_for(ports, held.bell.id, by, why)
    return f"Bell {ids.number(held.bell.id)}: erased, with {_written(done.texts, done.files)}"


def _guest(ports: Ports, file: CaseFile, party: PartyContact, by: Actor, why: str) -> str:
    gone, files = guests.forget_guest(ports, file.case.id, party.id, by, why)
    return f"Case {ids.number(file.case.id)}: the guest is erased, with {_written(gone, files)}"


def _list(ports: Ports) -> int:
    """The number of every bell that was erased, one a line: what must be erased again after an older table was
    restored. Scans the table."""
    for number in sorted(_erased(ports)):
        print(number)
    return 0


def _erased(ports: Ports) -> Iterator[str]:
    for thing, events, _ in ports.store.chains():
        if thing.startswith("BELL#") and any(event.kind == "erased" for event in events):
            yield ids.number(thing.partition("#")[2])


def _arguments(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make erase",
        description="Erase what is held of somebody who asked by letter or telephone.",
        usage="make erase BELL=MX-7F3K-92QD | PHONE=138… | FILE=numbers.txt | OVER=180 | LIST=1 [YES=1] [STAGE=prod]",
    )
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--bell", default="", help="the number of one bell")
    whom.add_argument(
        "--phone", default="", help="all bells, invitations and the WeChat of a number; -: ask for the number"
    )
    whom.add_argument("--file", default="", help="numbers of bells, one a line")
    whom.add_argument("--over", type=int, help="whatever was settled so many days ago")
    whom.add_argument("--list", action="store_true", help="the numbers of all bells that were erased")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--actor", default=os.environ.get("ACTOR") or getpass.getuser(), help="for the record"
    )
    return parser.parse_args(None if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
