"""The headers every page is sent with."""

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit


@lru_cache(maxsize=4)
def content_security_policy(files: str = "", home: str = "") -> str:
    """What a page may load and send, and where to.

    `files`: the origin of the file store, whose photos are shown and which takes forms and uploads. `home`: the
    address of our own pages, which need not be the one in the reader's address bar: a form sent without JavaScript
    comes back there by way of the file store.
    """
    back = f" {files} {_origin(home)}".rstrip() if files else ""
    store = f" {files}" if files else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{store}",
            f"connect-src 'self'{store}",
            f"form-action 'self'{back}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


CONTENT_SECURITY_POLICY: Final = content_security_policy()
"""The policy where there is no file store."""


def page_headers(files: str = "", home: str = "") -> dict[str, str]:
    """Headers for HTML: no inline script, no framing, no referrer (links carry tokens), no copy in shared caches, and
    where `home` is safe nothing in the clear any more. `files` and `home` as `content_security_policy` has them."""
    safe = {"Strict-Transport-Security": "max-age=31536000"} if home.startswith("https:") else {}
    return {
        **safe,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": content_security_policy(files, home),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
