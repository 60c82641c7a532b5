"""What the page of a neighbourhood's roll shows. Frozen, like `web/views.py`."""

from datetime import datetime

from msgspec import Struct

from chalicelib.web.views import FieldError


class RowProblem(Struct, frozen=True):
    """What is wrong with, or odd about, a cell."""

    row: int
    column: str
    value: str
    message: str


class RollPreview(Struct, frozen=True):
    """What a file would make of the roll."""

    units: int
    heads: int
    area: str
    buildings: int
    added: int
    removed: int
    changed: int
    errors: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    ignored: tuple[str, ...]
    more: int


class RollVersion(Struct, frozen=True):
    """One import."""

    number: int
    units: int
    area: str
    at: datetime
    by: str
    adopted: bool
    current: bool


class RollPage(Struct, frozen=True):
    """The roll of a neighbourhood. `content`: the file in base64, carried from looking at it to taking it; `pasted`: a
    table that was pasted instead. `fresh`: the version that was just imported."""

    neighbourhood: str
    name: str
    current: int
    versions: tuple[RollVersion, ...]
    manages: bool
    preview: RollPreview | None
    content: str
    pasted: str
    told: str = ""
    fresh: int = 0
    errors: tuple[FieldError, ...] = ()
