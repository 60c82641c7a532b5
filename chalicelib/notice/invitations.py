"""A meeting of a case as the calendar of somebody who is invited shows it. Pure."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core import ids
from chalicelib.core.ical import LASTS, Appointment, Method, uid
from chalicelib.core.times import parse_iso
from chalicelib.notice.rules import english
from chalicelib.notice.types import Notice
from chalicelib.place.rules import Subdistrict

FILE_NAME = "meeting.ics"


def is_invitation(notice: Notice) -> bool:
    """Whether the mail of this notice brings a calendar's file."""
    return notice.template in {"meeting", "meeting_off"} and "starts" in notice.params


def appointment(notice: Notice, place: Subdistrict, mail: str, home: str, now: datetime) -> Appointment:
    """What the calendar of the reader at that mail address shows. Where it is and what about are behind the link:
    what somebody wrote is in no notice. `home`: whom to name when the owner of the case has no mail address."""
    params, tongue = notice.params, english(notice.recipient.language)
    case_id, meeting = notice.thing.partition("#")[2], int(params["meeting"])
    starts, organizer = parse_iso(str(params["starts"])), params.get("organizer")
    off = notice.template == "meeting_off"
    return Appointment(
        uid=uid(case_id, meeting),
        starts=starts,
        ends=starts + LASTS,
        stamp=now,
        summary=f"{'Meeting on case' if tongue else '协商会'} {ids.number(case_id)}",
        organizer=f"mailto:{organizer}" if organizer else home,
        organizer_name=(place.name_en if tongue else "") or place.name,
        attendee=mail,
        location=("Online" if tongue else "线上") if params.get("online") else "",
        url=str(params.get("link", "")),
        sequence=1 if off else 0,
        method=Method.CANCEL if off else Method.REQUEST,
    )
