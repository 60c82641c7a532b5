"""What tests ask about the HTML of a page."""

import re
from html.parser import HTMLParser

HOSTILE = "<script>alert(1)</script>\u202e反\u0007\u2069\"'>"
INTERPOLATED = re.compile(r"%\(\w+\)[sd]|\{\{|\{%")
# Places and people have Chinese names in English too; the rest of the page must not.
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Reader(HTMLParser):
    """Collects what the tests ask about: tags with their attributes, ids, and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [str(a["id"]) for _, a in self.tags if a.get("id")]

    def loose(self) -> list[str]:
        """Ids that are there twice, and what is referred to and not there."""
        ids = self.ids()
        named = [
            target
            for _, attributes in self.tags
            for key in ("for", "aria-labelledby", "aria-describedby")
            for target in str(attributes.get(key) or "").split()
        ]
        linked = [href[1:] for _, a in self.tags if (href := str(a.get("href") or "")).startswith("#")]
        return [one for one in ids if ids.count(one) > 1] + [t for t in named + linked if t not in ids]

    def unlabelled(self) -> list[dict[str, str | None]]:
        """Fields to be filled in that no label names."""
        labelled = {label.get("for") for label in self.all("label")}
        fields = [field for tag in ("select", "textarea", "input") for field in self.all(tag)]
        shown = [f for f in fields if f.get("type") not in ("hidden", "radio", "checkbox")]
        return [field for field in shown if field.get("id") not in labelled]

    def inline(self) -> list[str]:
        """Tags that need a weaker policy than pages have: styles and scripts of their own."""
        styled = [tag for tag, a in self.tags if tag == "style" or "style" in a]
        scripted = [tag for tag, a in self.tags if tag == "script" and not a.get("src")]
        handled = [tag for tag, a in self.tags if any(key.startswith("on") for key in a)]
        led = [tag for tag, a in self.tags if str(a.get("href") or "").startswith("javascript:")]
        return styled + scripted + handled + led
