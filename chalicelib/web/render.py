"""HTML from templates. Jinja is imported when the first page is served, never for an API request."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.web import filters, labels
from chalicelib.web.assets import asset
from chalicelib.web.i18n import Language, catalogue
from chalicelib.web.views import Frame

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

TEMPLATES: Final = Path(__file__).parent / "templates"
_LABELLED: Final = (
    "category", "desk", "desk_hint", "role", "roles", "status", "urgency", "decline_reason", "transfer_reason",
    "hotline",
)  # fmt: skip


def render(template: str, language: str, **context: object) -> str:
    """The page `template` in `language`. `context` holds `frame: Frame` and `view`, the page's own dataclass.

    Everything is escaped; a name the template uses and the context lacks raises `jinja2.UndefinedError`.
    """
    known: Language = "en" if language == "en" else "zh-CN"
    return environment(known).get_template(template).render(context, language=known)


@lru_cache(maxsize=2)
def environment(language: Language) -> "Environment":
    """The template environment of one language, built once a process."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    built = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, bytecode_cache=None,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    texts = catalogue(language)
    built.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the i18n extension
    built.filters.update(_plain_filters(language))
    built.filters.update(_framed_filters(language))
    built.globals.update(_links(), icons=frozenset(labels.CATEGORIES))
    return built


def _plain_filters(language: Language) -> dict[str, Callable[..., Any]]:
    named = {name: _in(language, getattr(labels, name)) for name in _LABELLED}
    return named | {
        "plain": filters.plain,
        "iso": filters.iso,
        "number": filters.number,
        "masked_phone": filters.masked_phone,
        "telephone": filters.telephone,
        "readable_phone": filters.readable_phone,
        "spaced": filters.spaced,
        "span": _in(language, filters.span),
    }


def _in(language: Language, label: Callable[..., str]) -> Callable[..., str]:
    return lambda value: label(value, language)


def _framed_filters(language: Language) -> dict[str, Callable[..., Any]]:
    from jinja2 import pass_context

    def framed(function: Callable[..., Any]) -> Callable[..., Any]:
        @pass_context
        def filtered(context: "Context", value: Any, *more: Any) -> Any:
            return function(context["frame"], value, *more)

        return filtered

    return {
        "clock": framed(lambda frame, at: filters.clock_time(at, frame.timezone)),
        "day_time": framed(lambda frame, at: filters.day_time(at, frame.timezone, language)),
        "clock_seconds": framed(lambda frame, at: filters.clock_time(at, frame.timezone, seconds=True)),
        "when": framed(lambda frame, at: filters.when(at, frame.now, frame.timezone, language)),
        "remaining": framed(lambda frame, due: filters.remaining(due, frame.now, language)),
        "share_left": framed(lambda frame, due, began: filters.share_left(due, began, frame.now)),
    }


def _links() -> dict[str, Callable[..., str]]:
    from jinja2 import pass_context

    @pass_context
    def url(context: "Context", path: str) -> str:
        return link(context["frame"], path)

    @pass_context
    def static(context: "Context", name: str) -> str:
        return static_link(context["frame"], name)

    return {"url": url, "static": static}


def link(frame: Frame, path: str) -> str:
    """`path` ("/t/…") below the stage's base path."""
    return frame.base_path.rstrip("/") + path


def static_link(frame: Frame, name: str) -> str:
    """The address of a static file, with its version so that a deploy is seen at once."""
    found = asset(name)
    if found is None:
        raise LookupError(f"no static file {name}")
    return f"{link(frame, '/static/' + name)}?v={found.version}"
