"""What people type: cleaned of what cannot be shown, folded for comparison, masked for display."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CHINA_MOBILE = re.compile(r"^1[3-9][0-9]{9}$")
MAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]+\.[^@\s<>,;.]{2,}")
"""One mail address: no name before it, no second one behind it."""
_INTERNATIONAL = re.compile(r"^\+[1-9][0-9]{6,14}$")


def has_control(text: str) -> bool:
    """Whether the text holds control characters other than tab and line ends, or broken surrogates."""
    return bool(_CONTROL.search(text))


def visible(text: str) -> bool:
    """Whether anything of the text can be seen: letters, digits, marks, punctuation or symbols."""
    return any(unicodedata.category(c)[0] in "LNMPS" for c in text)


def fold(text: str) -> str:
    """The text without case, width, space, punctuation and symbols: rings with the same fold say the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LNM")
    return unicodedata.normalize("NFKC", kept or folded.strip())


def phone(typed: str, country_code: str = "86") -> str | None:
    """The number in E.164 (`+8613800001234`), or None when no telephone can have it.

    Where the place's country is China a national number is a mobile number (工信部《电信网编号计划》);
    elsewhere 6 to 12 digits after the trunk zero. A number that starts with + is taken as it is.
    """
    digits = re.sub(r"[\s\-‐‑–—().]", "", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^00", "+", digits)
    if digits.startswith("+"):
        return digits if _INTERNATIONAL.match(digits) and _plausible(digits) else None
    if country_code == "86":
        return f"+86{digits}" if _CHINA_MOBILE.match(digits) else None
    national = digits.removeprefix("0")
    return f"+{country_code}{national}" if re.fullmatch(r"[0-9]{6,12}", national) else None


def _plausible(international: str) -> bool:
    return not international.startswith("+86") or bool(_CHINA_MOBILE.match(international[3:]))


def mask_phone(e164: str) -> str:
    """`138****1234`: enough for the owner to know it, too little for anybody else."""
    national = e164.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}" if len(national) > 7 else "****"


def mask_name(name: str) -> str:
    """`张*`: the first character only."""
    return f"{name[:1]}*"
