"""The routes of somebody's WeChat. What they do is in `wechat.handlers`, imported when one is first called."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later, operation
from chalicelib.session.rules import SIGNED_IN

blueprint = Blueprint(__name__)
_WIRE = "chalicelib.wechat.wire"


def _declare(
    method: str, path: str, name: str, summary: str, problems: tuple[int, ...] = (), body: str | None = None
) -> None:
    operation(
        blueprint,
        method,
        path,
        audience=SIGNED_IN,
        summary=summary,
        body=body,
        answers={200: f"{_WIRE}:WechatBody"},
        problems=(401, 404, *problems),
    )(later(f"chalicelib.wechat.handlers:{name}"))


_declare("GET", "/v1/me/wechat", "my_wechat", "Whether my WeChat is bound, and what I can accept there")
_declare(
    "POST",
    "/v1/me/wechat",
    "bind_wechat",
    "Bind my WeChat",
    (400, 403, 410, 429),
    f"{_WIRE}:BindRequest",
)
_declare("DELETE", "/v1/me/wechat", "unbind_wechat", "Forget my WeChat")
_declare(
    "POST",
    "/v1/me/wechat/grants",
    "accept_messages",
    "Say which messages I accepted in WeChat",
    (400, 409),
    f"{_WIRE}:GrantsRequest",
)
