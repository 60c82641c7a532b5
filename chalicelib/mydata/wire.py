"""What clients send and get about what is held of somebody."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class EraseRequest(Struct, frozen=True, kw_only=True):
    """Erase what is held of me because of this bell."""

    withdraw: Annotated[
        bool,
        Meta(description="take the bell back, too, if it is not decided yet; else that is refused (409)"),
    ] = False


class ErasedBody(Struct, frozen=True):
    """What was erased; all zero when it had been before."""

    id: str
    number: str
    status: str
    erased_at: str
    texts: Annotated[int, Meta(description="texts that were written about the case")]
    files: Annotated[int, Meta(description="photos and papers among them; they are gone a moment later")]
    wechat: Annotated[
        bool,
        Meta(
            description="whether the number's WeChat was forgotten, too: its last bell; a link never says so"
        ),
    ]


class DataContact(Struct, frozen=True):
    """What was entered when the bell was rung, whole; over a link, name and number in part once whoever signed in with
    the number has corrected them."""

    name: str
    phone: str
    text: str
    where: str
    building: str
    unit: str
    language: str


class DataConsent(Struct, frozen=True):
    """To which version of the privacy notice somebody agreed, and when."""

    version: str
    at: str


class DataFile(Struct, frozen=True):
    """A photo or paper: the address opens for a quarter of an hour."""

    id: str
    kind: str
    name: str
    url: str


class DataText(Struct, frozen=True):
    """What somebody wrote about a case. `stays`: it is kept when all else is erased, as others rely on it."""

    case_number: str
    at: str
    kind: str
    text: str
    files: list[DataFile]
    stays: bool


class DataMessage(Struct, frozen=True):
    """A message that was sent to somebody: which, by what channel, and what became of it."""

    at: str
    about: str
    template: str
    channel: str
    fate: str


class DataReader(Struct, frozen=True):
    """A member of staff to whom name and number were shown. `why`: answered, assigned, or the reason they gave."""

    at: str
    name: str
    role: str
    why: str


class DataCase(Struct, frozen=True):
    """A case that the bell led to; `listed_as`: what staff see of it in lists."""

    id: str
    number: str
    stage: str
    listed_as: str


class DataWechat(Struct, frozen=True):
    """A WeChat that is bound to the number, for all its bells. The openid is the mini program's name for its owner."""

    openid: str
    consent_version: str
    bound_at: str
    accepted: Annotated[dict[str, int], Meta(description="by template: messages that may still be sent")]


class DataKept(Struct, frozen=True):
    """What is not erased, and why."""

    what: str
    why: str


class DataBody(Struct, frozen=True):
    """Everything that is held of somebody because of one bell. `contact` is null once it is erased. `obstacle` is the
    code of what stands in the way of erasing it now, empty when nothing does; `explained` says so in words."""

    shape: Annotated[str, Meta(description="the name of this shape: my-data/1")]
    made_at: str
    id: str
    number: str
    status: str
    rung_at: str
    desk: str
    category: str
    neighbourhood: str
    erased_at: str | None
    contact: DataContact | None
    consent: DataConsent | None
    cases: list[DataCase]
    written: list[DataText]
    messages: list[DataMessage]
    shown_to: list[DataReader]
    obstacle: str
    explained: str
    kept: list[DataKept]


class DataStaff(Struct, frozen=True):
    """How the directory has a member of staff; whoever keeps the place file corrects it."""

    id: str
    name: str
    role: str
    phone: str
    mail: str


class MyDataBody(Struct, frozen=True):
    """Everything that is held of whoever has signed in: all bells of their number, newest first; `staff` for staff."""

    shape: Annotated[str, Meta(description="the name of this shape: all-my-data/1")]
    made_at: str
    bells: list[DataBody]
    wechat: DataWechat | None
    staff: DataStaff | None


class EraseAllRequest(Struct, frozen=True, kw_only=True):
    """Erase what is held of me because of any bell of my number."""

    withdraw: Annotated[
        bool,
        Meta(description="take back, too, what is not decided yet; else those bells are left as they are"),
    ] = False


class LeftBody(Struct, frozen=True):
    """A bell that could not be erased yet, and why."""

    id: str
    number: str
    obstacle: str
    explained: str


class ClearedBody(Struct, frozen=True):
    """What became of all of it."""

    erased: list[ErasedBody]
    left: list[LeftBody]


class DataGuest(Struct, frozen=True):
    """How a guest of a case is reached. `kind`: as what they were invited; `organisation`: listed in the directory,
    whose data is then the one that counts."""

    kind: str
    name: str
    person: str
    phone: str
    mail: str
    language: str
    organisation: bool


class GuestDataBody(Struct, frozen=True):
    """Everything that is held of somebody because they were invited to a case. `guest` is null once it is erased."""

    shape: Annotated[str, Meta(description="the name of this shape: my-data-as-guest/1")]
    made_at: str
    id: str
    number: str
    stage: str
    guest: DataGuest | None
    written: list[DataText]
    messages: list[DataMessage]
    obstacle: str
    explained: str
    kept: list[DataKept]


class GuestErasedBody(Struct, frozen=True):
    """What was erased of a guest; zero when it had been before."""

    id: str
    number: str
    texts: int
    files: int


class CorrectRequest(Struct, frozen=True, kw_only=True):
    """Another name, or another number with the code that POST /v1/session/code texted to it, or both."""

    name: Annotated[str, Meta(description="1 to 50 characters; left out: it stays")] = ""
    phone: Annotated[str, Meta(description="a mobile number, or with country code; left out: it stays")] = ""
    code: Annotated[str, Meta(description="the code that was texted to the new number")] = ""


class CorrectedBody(Struct, frozen=True):
    """The numbers of the bells that are now under this name and number."""

    bells: list[str]
