"""What the store and the file store hand out and take of cases: see `ports.Store` and `ports.Files`. Plain data.

Apart from `ports`, because a ring needs none of it and would pay for it (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.case.rules import Case
    from chalicelib.core.chain import Event
    from chalicelib.core.links import Link
    from chalicelib.notice.types import Dispatch
    from chalicelib.place.rules import Directory


MOST_ERASED = 60
"""One transaction holds a hundred rows; heads, events and the contact of a bell are among them."""


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to a text: where it is kept is `Files`' business. `small`: it has a thumbnail."""

    id: str
    kind: str
    name: str = ""
    small: bool = False


@dataclass(frozen=True)
class Text:
    """What somebody wrote about a case, with its photos and papers: what an event's `Ref` names and commits to.

    Personal data may be in it, so it lives beside the record and can be erased. `salt` belongs to the commitment.
    """

    id: str
    words: str
    salt: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class PartyContact:
    """How to reach a party of a case. `organisation`: its id in the directory, whose data is then the one that counts;
    empty for somebody who is in this case only. `kind` is one of `case.parties.KINDS`."""

    id: str
    kind: str
    name: str
    person: str = ""
    phone: str = ""
    mail: str = ""
    language: str = "zh-CN"
    organisation: str = ""


@dataclass(frozen=True)
class CaseChange:
    """A case that came into being (`before` is None) or moved on: written only if its stored version and tip are still
    those of `before`.

    `subject`: what it is about in a few words for lists of staff, None to leave it; never in the record. `erase`: the
    ids of what was written and is removed, at most `MOST_ERASED`. `forget`: parties whom nobody can reach any more.
    """

    before: Case | None
    after: Case
    events: tuple[Event, ...]
    texts: tuple[Text, ...] = ()
    parties: tuple[PartyContact, ...] = ()
    links: tuple[Link, ...] = ()
    subject: str | None = None
    by_timeline: bool = False
    erase: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseFile:
    """All there is about one case but its residents, who are in the files of its bells. `texts` by id; what was erased
    is not there."""

    case: Case
    subject: str
    events: tuple[Event, ...]
    texts: Mapping[str, Text]
    parties: Mapping[str, PartyContact]
    links: tuple[Link, ...]
    dispatches: tuple[Dispatch, ...]


@dataclass(frozen=True)
class CaseOpening:
    """What changing a case needs, read at once: the case, its subject, the caller's link if it exists, the
    directory."""

    case: Case
    subject: str
    link: Link | None
    directory: Directory


@dataclass(frozen=True)
class CaseLine:
    """A case in a list."""

    case: Case
    subject: str


@dataclass(frozen=True)
class Worklist:
    """Which open cases: of a subdistrict, of one of its communities, or of the member of staff who owns them."""

    prefix: str
    community: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Upload:
    """A form that puts one file where it belongs, straight into the file store: its address and hidden fields; the
    field `file` comes last. Type and size are bound: the file store refuses anything else."""

    id: str
    url: str
    fields: Mapping[str, str]
    most_bytes: int
    until: datetime
