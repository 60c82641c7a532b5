"""The command behind `make addresses`: what to enter at a provider of SMS and at WeChat, to which they push reports and
replies.

The last part of each, and WeChat's token, is a secret of the stage: whoever knows it can say that a message did not
arrive.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from chalicelib.delivery.reports import PROVIDERS
from chalicelib.delivery.rules import secret_of
from infra.connect import NotConnected, connected
from infra.deploy.telling import Failed, Teller, attempted


def addresses(public_url: str, key: bytes) -> Iterator[tuple[str, str]]:
    """Provider and address, and the token with which WeChat signs; `public_url` is PUBLIC_URL, `key` SECRET_KEY."""
    base = public_url.rstrip("/")
    for provider in PROVIDERS:
        yield provider, f"{base}/v1/reports/{provider}/{secret_of(key, provider)}"
    yield "wechat", f"{base}/wechat/push"
    yield "wechat token", secret_of(key, "wechat")


def main() -> int:
    """Print those of the stage that STAGE names."""
    return attempted(Teller(), _printed)


def _printed() -> int:
    try:
        policy = connected().policy
    except NotConnected as error:
        raise Failed(str(error), "make addresses STAGE=prod") from None
    for provider, address in addresses(policy.public_url, policy.key):
        print(f"{provider}\t{address}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
