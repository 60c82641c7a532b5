"""What a provider that pushes reports is answered."""

from __future__ import annotations

import msgspec


class Taken(msgspec.Struct, frozen=True):
    """Alibaba Cloud looks for `code` and `msg`, Tencent Cloud for `result` and `errmsg`; each ignores the other's."""

    code: int = 0
    msg: str = "OK"
    result: int = 0
    errmsg: str = "OK"
