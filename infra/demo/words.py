"""What the demo says of who does what: Chinese first, English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from chalicelib.people.staff import Channel
from chalicelib.place.rules import Directory
from chalicelib.web import case_verbs
from infra.place import load

_SAMPLE = Path(__file__).parents[1] / "places" / "mishixiang.yaml"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@cache
def sample() -> Directory:
    """The subdistrict in which the stories happen."""
    return load(_SAMPLE)


def name(who: str) -> str:
    """Whom the script means: a phone of staff, the id of an organisation, "resident"."""
    return {"resident": "居民 resident", **_names()}.get(who, who)


def did(who: str, verb: str, stage: str) -> str:
    """Somebody did something to a case, which is in that stage now."""
    plain = verb.replace("-", "_")
    return f"{name(who)}：{both(case_verbs.VERBS, plain)} → {both(case_verbs.STAGES, stage)}"


def both(table: Mapping[str, str], key: str) -> str:
    """A label in both languages; `table` is one of `case_verbs`."""
    speak = case_verbs.verb if table is case_verbs.VERBS else case_verbs.stage
    return f"{speak(key, 'zh-CN')} {speak(key, 'en')}"


def span(passed: timedelta) -> str:
    """How long something is: `28 小时 h`."""
    seconds = passed.total_seconds()
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} 分钟 min"
    return f"{seconds / _HOUR:.3g} 小时 h" if seconds < 2 * _DAY else f"{seconds / _DAY:.2g} 天 days"


@cache
def _names() -> Mapping[str, str]:
    staff = {member.address(Channel.SMS)[-11:]: member.name for member in sample().staff}
    return staff | {organisation.id: organisation.name for organisation in sample().organisations}
