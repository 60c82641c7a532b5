"""Every route there is, room by room: what `app.py` registers."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib import openapi
from chalicelib.anchor import api as anchor_api
from chalicelib.anchor import pages as anchor_pages
from chalicelib.ballot import pages as ballot_pages
from chalicelib.bell import api as bell_api
from chalicelib.bell import pages as bell_pages
from chalicelib.case import api as case_api
from chalicelib.console import pages as console_pages
from chalicelib.delivery import api as delivery_api
from chalicelib.delivery import pages as delivery_pages
from chalicelib.guest import pages as guest_pages
from chalicelib.mydata import api as mydata_api
from chalicelib.mydata import pages as mydata_pages
from chalicelib.place import api as place_api
from chalicelib.place import pages as place_pages
from chalicelib.poll import api as poll_api
from chalicelib.polldesk import pages as polldesk_pages
from chalicelib.session import api as session_api
from chalicelib.session import pages as session_pages
from chalicelib.statistics import api as statistics_api
from chalicelib.status import api as status_api
from chalicelib.status import pages as status_pages
from chalicelib.wechat import api as wechat_api

ALL: tuple[Blueprint, ...] = tuple(
    module.blueprint
    for module in (
        anchor_api,
        anchor_pages,
        ballot_pages,
        bell_api,
        bell_pages,
        case_api,
        console_pages,
        delivery_api,
        delivery_pages,
        guest_pages,
        mydata_api,
        mydata_pages,
        place_api,
        place_pages,
        poll_api,
        polldesk_pages,
        session_api,
        session_pages,
        statistics_api,
        status_api,
        status_pages,
        wechat_api,
        openapi,
    )
)
