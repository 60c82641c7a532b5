"""The addresses to enter at a provider of SMS and at WeChat, to which they push reports and replies.

    SECRET_KEY=… python -m infra.providers.addresses https://bell.example.org

The last part of each, and WeChat's token, is a secret of the stage: whoever knows it can say that a message did not
arrive. SECRET_KEY is asked for when it is not in the environment.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from getpass import getpass

from chalicelib.delivery.reports import PROVIDERS
from chalicelib.delivery.rules import secret_of

_SHORTEST = 32


def addresses(public_url: str, key: str) -> Iterator[tuple[str, str]]:
    """Provider and address, and the token with which WeChat signs; `public_url` is PUBLIC_URL."""
    base = public_url.rstrip("/")
    for provider in PROVIDERS:
        yield provider, f"{base}/v1/reports/{provider}/{secret_of(key.encode(), provider)}"
    yield "wechat", f"{base}/wechat/push"
    yield "wechat token", secret_of(key.encode(), "wechat")


def main(arguments: list[str]) -> int:
    """Print them all."""
    if len(arguments) != 1 or not arguments[0].startswith("https://"):
        print(__doc__, file=sys.stderr)
        return 2
    key = os.environ.get("SECRET_KEY") or getpass("SECRET_KEY: ")
    if len(key) < _SHORTEST:
        print("That is no SECRET_KEY of a stage: it has fewer than 32 characters.", file=sys.stderr)
        return 1
    for provider, address in addresses(arguments[0], key):
        print(f"{provider}\t{address}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
