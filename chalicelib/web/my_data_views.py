"""What the pages about one's own data show, as `web.views` has it for the others."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.web.guest_views import Photo
from chalicelib.web.views import FieldError


class Wrote(Struct, frozen=True):
    """Something that was written about the case; `said`: on what occasion."""

    at: datetime
    said: str
    text: str
    photos: tuple[Photo, ...] = ()


class Sent(Struct, frozen=True):
    """A message that was sent to the reader; all parts are words already."""

    at: datetime
    about: str
    channel: str
    fate: str


class Reader(Struct, frozen=True):
    """Who was shown name and number, and why."""

    at: datetime
    name: str
    role: str
    why: str


class Kept(Struct, frozen=True):
    """What is not erased, and why."""

    what: str
    why: str


class MyDataView(Struct, frozen=True):
    """my_data.html: what is held because of one bell, and the form that erases it (`action` = erase, `sure`,
    `withdraw`). `status` is the bell's; `waits`: it has to be taken back first; `refused`: why nothing can be erased
    yet; `in_part`: name and number were corrected and are masked; `left_over`: erasing
    broke off. `told`: erased, or empty."""

    path: str
    track: str
    number: str
    status: str
    rung_at: datetime
    name: str = ""
    phone: str = ""
    in_part: bool = False
    text: str = ""
    where: str = ""
    building: str = ""
    unit: str = ""
    neighbourhood: str = ""
    consent_version: str = ""
    case_numbers: tuple[str, ...] = ()
    wrote: tuple[Wrote, ...] = ()
    sent: tuple[Sent, ...] = ()
    readers: tuple[Reader, ...] = ()
    kept: tuple[Kept, ...] = ()
    erased_at: datetime | None = None
    left_over: bool = False
    waits: bool = False
    refused: str = ""
    ask: str = ""
    errors: tuple[FieldError, ...] = ()
    sure: bool = False
    withdraw: bool = False
    told: str = ""


class MyDataRow(Struct, frozen=True):
    """One of the reader's bells, with name and number whole. `waits`: it has to be taken back first; `case_number`: the
    case that goes on."""

    path: str
    number: str
    status: str
    rung_at: datetime
    neighbourhood: str
    name: str = ""
    phone: str = ""
    waits: bool = False
    case_number: str = ""


class AllMyDataView(Struct, frozen=True):
    """all_my_data.html: every bell of whoever has signed in, and the form that erases what can be erased (`action` =
    erase, `sure`, `withdraw`). `waits`: some have to be taken back first.

    Two more forms correct the name (`action` = name) and the number (ask_number, then number with the code; `asked`: a
    code is on its way). `told`: erased, renamed, moved, or empty.
    """

    rows: tuple[MyDataRow, ...]
    wechat_at: datetime | None = None
    waits: bool = False
    errors: tuple[FieldError, ...] = ()
    sure: bool = False
    withdraw: bool = False
    told: str = ""
    name: str = ""
    phone: str = ""
    asked: bool = False


class GuestDataView(Struct, frozen=True):
    """guest_data.html: what is held of a guest of a case, and the form that erases it (`action` = erase, `sure`).
    `refused`: why it cannot be erased here, or not yet. `told`: erased, or empty."""

    path: str
    back: str
    number: str
    kind: str = ""
    name: str = ""
    person: str = ""
    phone: str = ""
    mail: str = ""
    wrote: tuple[Wrote, ...] = ()
    sent: tuple[Sent, ...] = ()
    kept: tuple[Kept, ...] = ()
    erased: bool = False
    refused: str = ""
    errors: tuple[FieldError, ...] = ()
    told: str = ""
