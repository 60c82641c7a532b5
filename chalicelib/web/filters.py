"""What templates do to values: times in the place's zone, numbers, phones, text that strangers typed."""

import re
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.web.i18n import N_, translate

# Invisible controls, shown as their pictures; the line breaks and tabs people type stay.
_CONTROLS: Final = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)} | {
    0x7F: 0x2421
}
# Overrides and isolates could turn round the text beside them; <bdi> already orders what is honest.
_BIDI: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_C1: Final = dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
_INVISIBLE: Final = _CONTROLS | _BIDI | _C1
_MOBILE: Final = re.compile(r"(?:\+86)?(1\d{2})(\d{4})(\d{4})")
_PHONE: Final = re.compile(r"(\+?\d{3})\d+(\d{4})")


def plain(text: str) -> str:
    """`text` with control characters made visible and direction overrides taken out; nothing else changes."""
    return text.translate(_INVISIBLE)


def local(moment: datetime, timezone: str) -> datetime:
    """An aware time on the place's clock."""
    return moment.astimezone(ZoneInfo(timezone))


def clock_time(moment: datetime, timezone: str, seconds: bool = False) -> str:
    """14:05 (or 14:05:09), on the place's clock."""
    return f"{local(moment, timezone):{'%H:%M:%S' if seconds else '%H:%M'}}"


def day_time(moment: datetime, timezone: str, language: str) -> str:
    """Month, day and time on the place's clock: 11月3日 14:05, or 3 Nov, 14:05."""
    when = local(moment, timezone)
    if language == "en":
        return f"{when.day} {when:%b}, {when:%H:%M}"
    return f"{when.month}月{when.day}日 {when:%H:%M}"


def when(moment: datetime, now: datetime, timezone: str, language: str) -> str:
    """The time alone when it is the same day for the reader, else with its date."""
    same = local(moment, timezone).date() == local(now, timezone).date()
    return clock_time(moment, timezone) if same else day_time(moment, timezone, language)


def iso(moment: datetime) -> str:
    """For `datetime` and data attributes: UTC with Z, to the millisecond."""
    return moment.astimezone(ZoneInfo("UTC")).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def span(seconds: float, language: str) -> str:
    """A length of time in the two largest units that matter: 4 min 12 s, 2 h 5 min."""
    whole = max(int(seconds), 0)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return translate(language, N_("%(h)s h %(m)s min"), h=hours, m=minutes)
    if minutes:
        return translate(language, N_("%(m)s min %(s)s s"), m=minutes, s=rest)
    return translate(language, N_("%(s)s s"), s=rest)


def remaining(due: datetime, now: datetime, language: str) -> str:
    """How long until `due`, in words; "any moment" when it has passed."""
    left = (due - now) / timedelta(seconds=1)
    return span(left, language) if left >= 1 else translate(language, N_("any moment now"))


def share_left(due: datetime, began: datetime | None, now: datetime) -> int:
    """How much of the span from `began` to `due` is left, in percent; 100 when its beginning is unknown."""
    if began is None or due <= began:
        return 100
    return round(100 * min(max((due - now) / (due - began), 0.0), 1.0))


def number(value: int | float) -> str:
    """Thousands apart: 10,879."""
    return f"{value:,}"


def masked_phone(phone: str) -> str:
    """138****1234; a number too short to mask keeps nothing but stars."""
    found = _PHONE.fullmatch(phone)
    return f"{found[1]}****{found[2]}" if found else "*" * len(phone)


def readable_phone(phone: str) -> str:
    """A Chinese mobile number as people read it out, 138 0000 1234; any other as it is."""
    found = _MOBILE.fullmatch(phone)
    return f"{found[1]} {found[2]} {found[3]}" if found else plain(phone)


def telephone(phone: str) -> str:
    """What goes behind `tel:`; digits and a leading plus only, so that nothing else can ride along."""
    digits = re.sub(r"\D", "", phone)
    return "+" + digits if phone.strip().startswith("+") else digits


def spaced(digest: str) -> str:
    """A hash in groups of eight, so that a person can read it out."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
