"""The templates to apply for at a provider of SMS that sends approved templates only.

    python -m infra.providers.templates aliyun https://b.example.org
    python -m infra.providers.templates tencent https://b.example.org en

Prints one line a template: our name, what it is for the provider (notice or verification code), its text. Once they are
approved, put `name=id` pairs into SMS_TEMPLATES (docs/providers.md).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from chalicelib.notice.texts import TEMPLATES
from chalicelib.notice.words.codes import CODES
from chalicelib.notify.templates import text

GAPS: Mapping[str, Callable[[int, str], str]] = {
    "aliyun": lambda _, name: f"${{{name}}}",
    "tencent": lambda number, _: f"{{{number}}}",
}
"""How each provider writes a gap: by name, or by number."""


def lines(provider: str, base: str, language: str = "zh-CN") -> Iterator[tuple[str, str, str]]:
    """Name, kind and text of every template; `base` is LINK_URL."""
    ending = "" if language == "zh-CN" else ".en"
    for name in TEMPLATES:
        kind = "验证码" if name in CODES else "通知短信"
        yield f"{name}{ending}", kind, text(name, language, base.rstrip("/"), GAPS[provider])


def main(arguments: list[str]) -> int:
    """Print them all."""
    provider, base, *rest = (*arguments, "", "")[: max(2, len(arguments))]
    if provider not in GAPS or not base.startswith("https://"):
        print(__doc__, file=sys.stderr)
        return 2
    for name, kind, words in lines(provider, base, "en" if rest[:1] == ["en"] else "zh-CN"):
        print(f"{name}\t{kind}\t{words}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
