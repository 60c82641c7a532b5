"""Where WeChat pushes what became of its messages. It first asks whether the address is ours, and wants plain words."""

from __future__ import annotations

import msgspec
from chalice import Blueprint, Response

from chalicelib.http import BadRequest, Call
from chalicelib.session.rules import EVERYBODY
from chalicelib.web.edge import page

blueprint = Blueprint(__name__)
_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@page(blueprint, "GET", "/wechat/push", audience=EVERYBODY)
def greet_wechat(call: Call) -> Response:
    """The operator enters the address at WeChat, which wants its word back."""
    _signed(call)
    return Response(call.query.get("echostr", ""), headers=_HEADERS)


@page(blueprint, "POST", "/wechat/push", audience=EVERYBODY)
def take_wechats_word(call: Call) -> Response:
    """Whatever the JSON says is taken or passed over; what is no JSON is a 400."""
    from chalicelib.delivery import reports, service

    _signed(call)
    try:
        raw = msgspec.json.decode(call.body() or b"{}")
    except (msgspec.DecodeError, RecursionError):
        raise BadRequest("broken_json") from None
    service.take(call.ports, reports.of_wechat(raw))
    return Response("success", headers=_HEADERS)


def _signed(call: Call) -> None:
    from chalicelib.delivery import service

    service.check_wechat(call.ports, *(call.query.get(n, "") for n in ("signature", "timestamp", "nonce")))
