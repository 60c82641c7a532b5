"""What those see who bring ballots in from doors and on paper. Frozen, like `web/views.py`.

Names of owners are whole: whoever goes there must know whom to ask for.
"""

from msgspec import Struct

from chalicelib.web.poll_views import Notice, Question, Voter
from chalicelib.web.views import FieldError


class DoorUnit(Struct, frozen=True):
    """A unit at whose door somebody stands; names are whole, whoever goes there must know whom to ask for. `key`: makes
    a ballot that is sent twice one ballot."""

    number: int
    room: str
    kind: str
    owners: tuple[Voter, ...]
    voter: int
    key: str
    voted: bool


class DoorPage(Struct, frozen=True):
    """From door to door in a building."""

    notice: Notice
    questions: tuple[Question, ...]
    buildings: tuple[str, ...]
    building: str
    units: tuple[DoorUnit, ...]
    open: bool
    told: str = ""


class PaperPage(Struct, frozen=True):
    """Entering ballots from sheets, one after another. `photo`, `proof`: ids of uploaded files."""

    notice: Notice
    questions: tuple[Question, ...]
    buildings: tuple[str, ...]
    building: str
    units: tuple[DoorUnit, ...]
    unit: int
    voter: int
    proxy: str
    photo: str
    proof: str
    key: str
    open: bool
    told: str = ""
    errors: tuple[FieldError, ...] = ()


class Sheet(Struct, frozen=True):
    """A ballot on paper. `code`: the QR code of `address` as SVG."""

    number: int
    building: str
    room: str
    area: str
    owners: tuple[str, ...]
    address: str
    code: str


class DoorSheets(Struct, frozen=True):
    """The sheets of a building."""

    number: str
    back: str
    notice: Notice
    building: str
    buildings: tuple[str, ...]
    questions: tuple[Question, ...]
    sheets: tuple[Sheet, ...]
