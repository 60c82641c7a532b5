"""The roll of the neighbourhood in the newspaper: 密渡桥路小区, 434 households. Everybody in it is invented.

`python -m infra.demo.roll` writes it anew to `roll.csv`, which anyone may import to try a poll. How many buildings and
which areas is made up, too: the newspaper only says 434.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, product
from pathlib import Path

from chalicelib.poll import roll_export, roll_preview
from chalicelib.poll.roll import NOBODY, Kind, Owner, Unit

FILE = Path(__file__).with_name("roll.csv")
HOUSEHOLDS = 434
_BUILDINGS = {
    # name: entrances, floors; two flats on each landing
    "2幢": (4, 6), "4幢": (5, 6), "6幢": (4, 7), "8幢": (5, 7), "10幢": (3, 6), "12幢": (4, 6), "14幢": (4, 6),
    "16幢": (5, 6),
}  # fmt: skip
_SHOPS, _SPACES = 8, 20
_AREAS = (5_318, 6_105, 4_236, 8_950, 7_260, 3_812, 5_744, 11_988, 4_850, 6_671, 9_435)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = [
    "建国",
    "秀英",
    "志强",
    "桂芳",
    "文博",
    "雅琴",
    "国平",
    "丽华",
    "永康",
    "淑兰",
    "晓东",
    "美玲",
    "海涛",
    "玉珍",
    "子轩",
    "雪梅",
    "德明",
    "春燕",
    "家豪",
    "凤英",
    "立群",
    "小红",
    "俊杰",
    "爱莲",
    "卫东",
    "慧敏",
    "天佑",
    "月娥",
    "振华",
    "素云",
    "光辉",
    "彩霞",
    "学军",
    "佩芬",
    "思远",
    "琳娜",
    "大勇",
    "阿菊",
    "正文",
    "娟",
    "一鸣",
    "若兰",
    "宝根",
    "巧珍",
    "嘉树",
    "静怡",
    "长林",
    "水仙",
    "新民",
    "红梅",
    "启航",
    "惠英",
    "少华",
    "亚男",
    "仁杰",
    "云飞",
    "梦洁",
    "福生",
    "彤",
    "忠良",
    "安琪",
]
_SECOND_FLAT = {37: 5, 118: 90, 119: 90, 203: 44, 260: 12, 301: 299, 355: 12, 400: 160, 421: 77}
"""Which flat has the owners of which other one: seven owners with two or three flats."""
_NAMESAKES = {150: 60, 333: 211}
"""Whose owner has the name of another flat's, and is somebody else: their marks differ."""


def units() -> tuple[Unit, ...]:
    """The roll in order: 426 flats, 8 shops and 20 parking spaces."""
    made = [*_flats(), *_shops()]
    made += _spaces(made)
    return roll_preview.of_file(roll_export.to_csv(made)).units


def content() -> bytes:
    """The roll as the file that is imported."""
    return roll_export.to_csv(units())


def _flats() -> Iterator[Unit]:
    flats: list[Unit] = []
    for building, (entrances, floors) in _BUILDINGS.items():
        for entrance, floor, side in product(range(1, entrances + 1), range(1, floors + 1), (1, 2)):
            number = len(flats)
            area = _AREAS[(int(building[:-1]) * 3 + entrance * 2 + side) % len(_AREAS)]
            owners, voter = _household(number)
            if same := _SECOND_FLAT.get(number):
                owners, voter = flats[same].owners, flats[same].voter
            if other := _NAMESAKES.get(number):
                owners = (replace(owners[0], name=flats[other].owners[0].name), *owners[1:])
            room = f"{entrance}单元{floor}0{side}"
            flats.append(Unit(number + 1, building, room, area, owners, voter))
    yield from flats


def _household(number: int) -> tuple[tuple[Owner, ...], int]:
    """Every fourth flat has two owners, who have mostly named a voter; every fiftieth three and no voter."""
    people = (_person(number * 3), _person(number * 3 + 1), _person(number * 3 + 2))
    if number % 50 == 49:
        return people, NOBODY
    if number % 4 == 1:
        return people[:2], NOBODY if number % 12 == 1 else number // 4 % 2
    return people[:1], NOBODY


def _person(number: int) -> Owner:
    """Invented, with a name nobody else has; one in eleven has left no telephone number."""
    surname = _SURNAMES[number % len(_SURNAMES)]
    given = _GIVEN[(number // len(_SURNAMES) + 7 * number) % len(_GIVEN)]
    phone = "" if number % 11 == 5 else f"+86139000{10_000 + number:05}"
    return Owner(f"{surname}{given}", f"{(number * 7_919 + 1_234) % 10_000:04}", phone)


def _shops() -> Iterator[Unit]:
    """Under 14幢, beside the wall: three belong to one company."""
    for number in range(_SHOPS):
        company = number % 3 == 0
        owner = (
            Owner("杭州示例商业管理有限公司", "SHOP01", "+8613900019001")
            if company
            else _person(1_400 + number)
        )
        area = (2_150, 3_480, 4_025)[number % 3]
        yield Unit(number + 1, "14幢", f"商铺{number + 1:02}", area, (owner,), kind=Kind.COMMERCIAL)


def _spaces(homes: list[Unit]) -> list[Unit]:
    """Parking spaces of those who live here; they count in no poll unless its terms say so."""
    numbers = zip(range(1, _SPACES + 1), count(3, 19), strict=False)
    return [
        Unit(n, "地面车位", f"P{n:02}", 1_250, homes[of].owners, homes[of].voter, Kind.PARKING)
        for n, of in numbers
    ]


if __name__ == "__main__":
    FILE.write_bytes(content())
    print(roll_preview.totals(units()))
