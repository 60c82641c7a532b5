"""The keys of a place file, as data: what each may hold, what it is when left out."""

from __future__ import annotations

from datetime import time

from chalicelib.case.parties import KINDS
from chalicelib.case.stages import Stage
from chalicelib.people.staff import Change, Channel, Frequency
from chalicelib.place import shape
from chalicelib.place.categories import BY_ID
from chalicelib.place.ladder import Desk, Role, Urgency
from chalicelib.place.shape import Field, Shape
from chalicelib.place.terms import TERMS, WEEK

_DAY = 86_400
_NAME = shape.words(40)
_SHORT = shape.words(8)
_ROLES = Field(shape.choice(Role), (), many=True)
_NAMES = {
    "id": Field(shape.ident, required=True),
    "name": Field(_NAME, required=True),
    "name_en": Field(_NAME, ""),
}
_QUIET = Shape({"from": Field(shape.clock, time(22)), "until": Field(shape.clock, time(7))})
_HOTLINE = Shape({"id": Field(shape.ident, required=True), "phone": Field(shape.hotline, required=True)})
_SUBDISTRICT = Shape(
    {
        **_NAMES,
        "prefix": Field(shape.prefix, required=True),
        "district": Field(_NAME, ""),
        "district_en": Field(_NAME, ""),
        "timezone": Field(shape.zone, "Asia/Shanghai"),
        "country_code": Field(shape.country, "86"),
        "quiet_hours": Field(_QUIET),
        "hotlines": Field(_HOTLINE, (), many=True),
    }
)
_NEIGHBOURHOOD = Shape(
    {
        **_NAMES,
        "short": Field(_SHORT, ""),
        "short_en": Field(_SHORT, ""),
        "households": Field(shape.whole(1, 100_000)),
    }
)
_COMMUNITY = Shape({**_NAMES, "neighbourhoods": Field(_NEIGHBOURHOOD, (), many=True)})
_STAFF = Shape(
    {
        "id": Field(shape.ident, required=True),
        "name": Field(_NAME, required=True),
        "role": Field(shape.choice(Role), required=True),
        "places": Field(shape.ident, (), required=True, many=True),
        "phone": Field(shape.words(30), ""),
        "mail": Field(shape.mail, ""),
        "language": Field(shape.language, "zh-CN"),
        "channels": Field(
            shape.choice(Channel, but=(Channel.WECHAT,)), (Channel.SMS, Channel.MAIL), many=True
        ),
        "deputy": Field(shape.ident, ""),
    }
)
_ROTATION = Shape(
    {
        "members": Field(shape.ident, (), required=True, many=True),
        "starts": Field(shape.day, required=True),
        "handover": Field(shape.clock, time(9)),
        "frequency": Field(shape.choice(Frequency), Frequency.WEEKLY),
        "from": Field(shape.clock, time(0)),
        "until": Field(shape.clock, time(0)),
    }
)
_OVERRIDE = Shape(
    {
        "change": Field(shape.choice(Change), required=True),
        "starts": Field(shape.moment, required=True),
        "ends": Field(shape.moment, required=True),
        "staff": Field(shape.ident, required=True),
        "instead_of": Field(shape.ident, ""),
    }
)
_ROSTER = Shape(
    {
        "place": Field(shape.ident, required=True),
        "role": Field(shape.choice(Role), required=True),
        "rotations": Field(_ROTATION, (), many=True),
        "overrides": Field(_OVERRIDE, (), many=True),
    }
)
_LEVEL = Shape(
    {
        "roles": Field(shape.choice(Role), (), required=True, many=True),
        "wait": Field(shape.duration(30, 7 * _DAY), 300),
        "repeats": Field(shape.whole(0, 20), 0),
    }
)
_LADDER = Shape(
    {
        "urgency": Field(shape.choice(Urgency)),
        "desk": Field(shape.choice(Desk)),
        "levels": Field(_LEVEL, (), required=True, many=True),
        "exhausted_roles": _ROLES,
        "repeat_every": Field(shape.duration(60, 7 * _DAY), 900),
        "decide_within": Field(shape.duration(60, 30 * _DAY), _DAY),
        "holds_in_quiet_hours": Field(shape.yes_or_no, False),
    }
)
_ORGANISATION = Shape(
    {
        **_NAMES,
        "kind": Field(shape.one_of(KINDS, "kind"), required=True),
        "person": Field(_NAME, ""),
        "phone": Field(shape.words(30), ""),
        "mail": Field(shape.mail, ""),
        "language": Field(shape.language, "zh-CN"),
        "places": Field(shape.ident, (), many=True),
    }
)
_TERM = Field(shape.term, "")
_CATEGORY = shape.one_of(BY_ID, "category")
# The other stages end with a date of their own: the poll's, each obligation's, the rating's.
_TIMED = tuple(str(stage) for stage in (Stage.LOOKING_INTO, Stage.NEGOTIATING))
_STAGE = Shape(
    {
        "stage": Field(shape.one_of(_TIMED, "stage"), required=True),
        "urgency": Field(shape.choice(Urgency)),
        "category": Field(_CATEGORY, ""),
        "within": Field(shape.term, required=True),
    }
)
_HOURS = Shape(
    {"from": Field(shape.clock, required=True), "until": Field(shape.clock, required=True)},
)
_CASEWORK = Shape(
    {
        "country": Field(shape.nation, ""),
        "weekend": Field(shape.one_of(WEEK, "day of the week"), (), many=True),
        "office_hours": Field(_HOURS, (), many=True),
        "days": Field(shape.day_line, (), many=True),
        "stages": Field(_STAGE, (), many=True),
        "targets": Field(Shape(dict.fromkeys(("emergency", "urgent", "ordinary", "hard"), _TERM))),
        "hard": Field(_CATEGORY, (), many=True),
        **dict.fromkeys(TERMS, _TERM),
        "question_days": Field(shape.whole(1, 365), 0),
    }
)
FILE = Shape(
    {
        "subdistrict": Field(_SUBDISTRICT, required=True),
        "communities": Field(_COMMUNITY, (), required=True, many=True),
        "staff": Field(_STAFF, (), many=True),
        "rosters": Field(_ROSTER, (), many=True),
        "ladders": Field(_LADDER, (), many=True),
        "organisations": Field(_ORGANISATION, (), many=True),
        "committee": Field(_NAME, ""),
        "official_vote": Field(shape.words(200), ""),
        "casework": Field(_CASEWORK),
    }
)
