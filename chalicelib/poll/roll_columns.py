"""The columns of a roll and what they are called, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Final


class Column(StrEnum):
    """A column that means something to a roll; its value names it to clients."""

    BUILDING = "building"
    ENTRANCE = "entrance"
    ROOM = "room"
    AREA = "area"
    AREA_CENTI = "area_centi"
    OWNERS = "owners"
    MARK = "mark"
    PHONE = "phone"
    VOTER = "voter"
    KIND = "kind"
    DEVELOPER = "developer"
    PARKING = "parking"


NEEDED: Final = (Column.BUILDING, Column.ROOM, Column.AREA)
"""Without these a table is no roll; `AREA_CENTI` may stand for `AREA`."""
NAMES: Final[Mapping[Column, str]] = {
    Column.BUILDING: "幢 楼 楼栋 楼幢 幢号 栋 栋号 楼号 楼栋号 座 座号 building block tower",
    Column.ENTRANCE: "单元 单元号 门洞 梯 梯号 entrance staircase stair",
    Column.ROOM: "室 室号 房号 房间 房间号 房屋 房屋号 门牌 门牌号 户号 车位号 room flat apartment unit door",
    Column.AREA: "面积 专有面积 专有部分面积 建筑面积 房屋面积 产权面积 投票权面积 area exclusivearea floorarea",
    Column.OWNERS: "业主 业主姓名 姓名 产权人 产权人姓名 权利人 所有权人 户主 业主名称 owner owners ownername name",
    Column.MARK: "证号 证件号 证件号码 证件后四位 身份证号 身份证后四位 证件尾号 业主编号 识别号 mark idno ownerid",
    Column.PHONE: "电话 电话号码 手机 手机号 手机号码 联系电话 联系方式 业主电话 phone mobile telephone tel phones",
    Column.VOTER: "表决人 投票人 共有人代表 推选表决人 代表 voter voting votingowner representative",
    Column.KIND: "用途 房屋用途 性质 房屋性质 类型 房屋类型 规划用途 kind use usage type",
    Column.DEVELOPER: "开发商 建设单位 开发商持有 建设单位持有 未售 是否开发商 developer developerheld unsold",
    Column.PARKING: "车位 是否车位 是车位 parking parkingspace isparking",
}
"""What a column may be called, the first what an export calls it; brackets, spaces, stars and case do not matter.

The number of the property certificate (不动产权证号) is deliberately none of `MARK`: every unit has its own, and an
owner of two units would be counted as two.
"""
_CENTI = re.compile(r"0\.01|1/100|厘|centi|cm2?$|hundredth")
_DROPPED = re.compile(r"[\s*_\-:：.。、/\\]+")
_BRACKETS = re.compile(r"[(\[【<〈「].*?[)\]】>〉」]")
_UNITS = re.compile(r"(平方米|平米|㎡|m2|m²|sqm)$")


def find(head: Iterable[str]) -> dict[Column, int]:
    """Where the columns are in a row of names; of two with the same name the first."""
    found: dict[Column, int] = {}
    for place, name in enumerate(head):
        if column := named(name):
            found.setdefault(column, place)
    return found


def missing(found: Iterable[Column]) -> tuple[Column, ...]:
    """What a roll needs and does not have."""
    there = {Column.AREA if column is Column.AREA_CENTI else column for column in found}
    return tuple(column for column in NEEDED if column not in there)


def named(name: str) -> Column | None:
    """The column that is called so, or None. An area whose name says 0.01 m² is in hundredths."""
    typed = unicodedata.normalize("NFKC", name[:60]).casefold()
    plain = _UNITS.sub("", _DROPPED.sub("", _BRACKETS.sub("", typed)))
    column = _known().get(plain) or _known().get(_DROPPED.sub("", _CENTI.sub("", plain)))
    if column is Column.AREA and _CENTI.search(typed):
        return Column.AREA_CENTI
    return column


@cache
def _known() -> Mapping[str, Column]:
    return {name: column for column, names in NAMES.items() for name in names.split()}
