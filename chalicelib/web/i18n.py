"""Languages: which one a reader gets, and what a message says in it. Reads the compiled catalogues; needs no Jinja."""

from functools import lru_cache
from gettext import GNUTranslations, translation
from pathlib import Path
from typing import Final, Literal

Language = Literal["zh-CN", "en"]
DEFAULT: Final[Language] = "zh-CN"
LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
LOCALE_FOLDER: Final = Path(__file__).parent / "locale"
_HEADER_LIMIT: Final = 500


def N_(message: str) -> str:
    """Mark `message` for extraction where it is written down but not yet shown; returns it unchanged."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> GNUTranslations:
    """The compiled catalogue of `language`; anything but English gives the default one."""
    folder = "en" if language == "en" else "zh_CN"
    return translation("messages", LOCALE_FOLDER, [folder])


def translate(language: str, message: str, **parameters: object) -> str:
    """`message` (an English sentence, with `%(name)s` places) in `language`; an unknown one stays English."""
    text = catalogue(language).gettext(message)
    return text % parameters if parameters else text


def negotiate(query_lang: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """The reader's language: what the link asks for, else what was chosen before, else the browser's, else Chinese."""
    for wish in (query_lang, cookie):
        known = _known(wish)
        if known:
            return known
    return _accepted(accept_language or "") or DEFAULT


def _known(tag: str | None) -> Language | None:
    primary = (tag or "").strip().lower().replace("_", "-").split("-")[0]
    return {"zh": LANGUAGES[0], "en": LANGUAGES[1]}.get(primary)


def _accepted(header: str) -> Language | None:
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(header[:_HEADER_LIMIT].split(",")):
        tag, _, quality = part.partition(";")
        known, weight = _known(tag), _weight(quality)
        if known and weight > 0:
            ranked.append((-weight, position, known))
    return min(ranked)[2] if ranked else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
