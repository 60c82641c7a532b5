"""A matter that has come to its end, with whatever a resident can leave in it."""

from __future__ import annotations

import json
from typing import Any

from tests.case.house import NAME, PHONE, SECRET, House
from tests.contract.client import Answer

ADDED = "我住三楼，孩子怕黑"
TRACES = (NAME, PHONE, SECRET, ADDED, "3幢后门")
"""What was typed by or about the resident of a `House`."""


def writes(house: House, who: str = "resident", text: str = ADDED) -> str:
    """The resident adds something to the case, with a photo and its thumbnail; the photo's id."""
    asked = house.act(who, "files", {"kind": "image/jpeg", "bytes": 9})
    assert house.web.world.files.post(asked["url"], asked["fields"], b"a picture") == 204
    small = asked["thumbnail"]
    assert house.web.world.files.post(small["url"], small["fields"], b"small") == 204
    house.act(who, "message", {"text": text, "files": [asked["id"]]})
    return str(asked["id"])


def ends(house: House, **options: str) -> None:
    """The case is given up."""
    house.act("zhao", "fail", {"reason": "withdrawn", "text": "居民不再协商"}, **options)


def erase(house: House, bell: str = "", who: str = "", **body: object) -> Answer:
    """The resident of a bell has their data erased; nothing reacts to it yet."""
    bell = bell or house.bell
    return house.web.post(f"/v1/bells/{bell}/erase", dict(body), token=house.token(who or bell))


def held(house: House, bell: str = "", **options: str) -> Any:
    """Everything that is held of the resident, as they get it."""
    bell = bell or house.bell
    answer = house.web.get(f"/v1/bells/{bell}/data", token=house.token(bell), **options)
    assert answer.status == 200, answer.text
    return answer.json


def traces(house: House) -> list[str]:
    """Which of the `TRACES` are anywhere in the store or among the files."""
    stored = house.web.stored()
    # What waits to be reacted to is what the stream of a table forgets after a day.
    stored.pop("stream")
    everything = json.dumps(stored, ensure_ascii=False) + repr(list(house.world.files.stored))
    return [trace for trace in TRACES if trace in everything]
