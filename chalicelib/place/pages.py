"""Pages about the place rather than a bell: the privacy notice; and the static files of all pages."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.core.errors import NotFound
from chalicelib.http import Call
from chalicelib.session.rules import EVERYBODY
from chalicelib.web import assets, privacy
from chalicelib.web.edge import CONTACT, name_of, page, show

blueprint = Blueprint(__name__)


@page(blueprint, "GET", "/privacy", audience=EVERYBODY)
def privacy_notice(call: Call) -> Response:
    """The privacy notice in force."""
    directory = call.ports.directories.of(call.prefix)
    name = name_of(directory.subdistrict, call.language)
    view = privacy.notice(call.language, name, CONTACT).view()
    return show(call, "privacy.html", view, directory=directory)


@page(blueprint, "GET", "/static/{name}", audience=EVERYBODY)
def static(call: Call, name: str) -> Response:
    """Style, modules and icons."""
    found = assets.asset(name)
    if found is None:
        raise NotFound("not_found")
    headers = {
        "Content-Type": found.content_type,
        "Cache-Control": assets.CACHE_CONTROL,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.body, headers=headers)
