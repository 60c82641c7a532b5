"""The page of the anchors: what they are, the newest ones, how to check one's own record against them."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.http import Call
from chalicelib.session.rules import EVERYBODY
from chalicelib.web.edge import page, show

blueprint = Blueprint(__name__)


@page(blueprint, "GET", "/anchors", audience=EVERYBODY)
def anchors(call: Call) -> Response:
    """The newest, or those before the day that `cursor` names."""
    from chalicelib.anchor import rules, service
    from chalicelib.core.times import parse_iso
    from chalicelib.web.views import AnchorLine, AnchorsView

    cursor = call.query.get("cursor", "")
    found, following = service.page(call.ports, cursor if rules.is_date(cursor) else "")
    lines = tuple(AnchorLine(a.date, parse_iso(a.at), a.size, a.root) for a in found)
    return show(call, "anchors.html", AnchorsView(lines, following))
