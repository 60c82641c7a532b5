"""The style sheet keeps its promises: contrast in light and dark, and no colour outside the variables."""

import re

import pytest

from chalicelib.web.assets import asset

Palette = dict[str, tuple[int, int, int]]
GROUNDS = ("paper", "sheet")
TEXTS = ("ink", "ink-soft", "accent", "accent-deep", "danger", "good")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    ("accent-ink", "accent"), ("accent-ink", "accent-deep"), ("accent-ink", "good"), ("alarm-ink", "alarm"),
    ("ink", "accent-wash"), ("ink-soft", "accent-wash"), ("accent", "accent-wash"), ("accent-deep", "accent-wash"),
    ("ink", "danger-wash"), ("danger", "danger-wash"), ("ink", "good-wash"), ("good", "good-wash"),
]  # fmt: skip
# Borders of fields, the focus ring and marks that carry a meaning need 3:1 (WCAG 1.4.11).
MARKS = [("edge", "sheet"), ("edge", "paper"), ("focus", "sheet"), ("focus", "paper"), ("accent", "sheet")]


def _css() -> str:
    found = asset("style.css")
    assert found
    return found.body


def _colours(block: str) -> Palette:
    found = re.findall(r"--([\w-]+):\s*#([0-9a-f]{6});", block)
    return {name: (int(h[:2], 16), int(h[2:4], 16), int(h[4:], 16)) for name, h in found}


def palettes() -> dict[str, Palette]:
    """light, large print, dark: each as the cascade gives it."""
    css = _css()
    light = _colours(css[: css.index(":root:lang(en)")])
    elder_at, dark_at = css.index(":root[data-elder]"), css.index("@media (prefers-color-scheme: dark)")
    elder = light | _colours(css[elder_at:dark_at])
    dark = light | _colours(css[dark_at : css.index("/* ---------- ground")])
    return {"light": light, "elder": elder, "dark": dark}


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [c / 255 for c in colour]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of WCAG."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "elder", "dark"])
def test_text_stands_out_from_every_ground_it_is_put_on(scheme: str) -> None:
    palette = palettes()[scheme]
    weak = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_and_the_focus_ring_can_be_seen(scheme: str) -> None:
    palette = palettes()[scheme]
    assert {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in MARKS if contrast(
        palette[pair[0]], palette[pair[1]]) < 3} == {}  # fmt: skip


def test_rules_use_the_variables_and_no_colour_of_their_own() -> None:
    css = _css()
    rules = css[css.index("/* ---------- ground") : css.index("/* ---------- paper")]
    without_pictures = re.sub(r'url\("[^"]*"\)', "", rules)
    assert re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(", without_pictures) == []


def test_type_follows_the_readers_own_size() -> None:
    sizes = re.findall(r"font-size:\s*([^;]+);", _css())
    assert not [size for size in sizes if size.endswith("px")]
