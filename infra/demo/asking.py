"""How the 434 households of 密渡桥路 are asked: the roll, the notice, door after door, sheets and phones, the count.

The newspaper says that 434 households were visited and over 77 % agreed to take the wall down. Who said what is made up
here; 335 of 434 is 77.18 %.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.demo.story import Story

ROLL = Path(__file__).with_name("roll.csv")
HOUSEHOLDS, AGREED, AGAINST, ABSTAINED = 434, 335, 41, 20
QUESTION = "拆除密渡桥路14号旁的围墙、违章建筑和车棚，您是否同意？"
ENGLISH = "Take down the wall beside 14 Midu Bridge Road, with the sheds at it: do you agree?"
_BY_PHONE = 40
"""So many households vote with the code on their sheet; at all other doors the grid worker enters the ballot."""


def households(story: Story, secretary: str, grid_worker: str) -> dict[str, Any]:
    """Ask them all, until it is counted; answers the poll as everybody reads it."""
    hands, office = story.hands, hands_of(story, secretary)
    _roll(story, office)
    poll = hands.post(
        "/v1/polls",
        {
            "case": story.case,
            "topics": [{"question": QUESTION, "question_en": ENGLISH}],
            "terms": {"of": "asked", "share": [1, 2]},
            "notice_days": 0,
            "entry_seconds": 3_600,
        },
        office,
    )["id"]
    opens = hands.now()
    window = {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=1)).isoformat()}
    hands.post(f"/v1/polls/{poll}/announce", window, office)
    story.say(f"意向征询公示 The notice: {HOUSEHOLDS} 户 households, {QUESTION}")
    hands.wait(minutes=2)
    _vote(story, poll, grid_worker)
    hands.wait(days=1, hours=1, minutes=5)
    counted: dict[str, Any] = hands.get(f"/v1/polls/{poll}")
    topic = counted["result"]["topics"][0]
    part, whole, needed = topic["consent"]["heads"]
    story.say(
        f"计票 Counted: {part}/{whole} = {part * 100 / whole:.2f} %, 须 needed {needed}, {topic['outcome']}"
    )
    story.poll = poll
    return counted


def hands_of(story: Story, phone: str) -> str:
    """Somebody's session."""
    return story.hands.sign_in(phone)


def _roll(story: Story, office: str) -> None:
    file = {"name": ROLL.name, "content": base64.b64encode(ROLL.read_bytes()).decode()}
    seen = story.hands.post("/v1/rolls/midu-bridge/preview", file, office)
    story.say(f"业主清册 The roll: {seen['units']} 户 units, {seen['heads']} 位业主 owners")
    taken = story.hands.post("/v1/rolls/midu-bridge/versions", file, office)
    number = {"number": taken["versions"][-1]["number"]}
    story.hands.post("/v1/rolls/midu-bridge/adopt", number, office)


def _vote(story: Story, poll: str, grid_worker: str) -> None:
    hands, session = story.hands, hands_of(story, grid_worker)
    waiting = hands.get(f"/v1/polls/{poll}/missing", session)["items"]
    assert len(waiting) == HOUSEHOLDS, len(waiting)  # noqa: S101 - else the newspaper's figure means nothing
    said = ["for"] * AGREED + ["against"] * AGAINST + ["abstain"] * ABSTAINED
    for number, (unit, choice) in enumerate(zip(waiting, said, strict=False)):
        choices = {"1": choice}
        key = f"{poll}-{unit['number']}"
        if number < _BY_PHONE:
            # The sheet at this door was lost: it gets a new one, and votes with its code.
            fresh = hands.post(f"/v1/polls/{poll}/reissue", {"unit": unit["number"]}, session)
            voter = 0 if len(unit["owners"]) > 1 else -1
            hands.post("/v1/vote", {"choices": choices, "voter": voter}, fresh["ticket"], key)
        else:
            ballot = {"unit": unit["number"], "choices": choices, "age": 30}
            hands.post(f"/v1/polls/{poll}/ballots", ballot, session, key)
    found = hands.get(f"/v1/polls/{poll}/turnout")
    story.say(f"参与 Took part: {found['voted']} 户, {len(found['buildings'])} 幢 buildings")
