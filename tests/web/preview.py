"""Every page with sample data as static HTML: `python -m tests.web.preview OUT`, then serve OUT and look."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from chalicelib.web.assets import FOLDER
from chalicelib.web.i18n import LANGUAGES, Language
from chalicelib.web.render import render
from tests.web.samples import PAGES, frame


def page(name: str, language: Language, elder: bool = False) -> str:
    """One sample page."""
    template, path, view = PAGES[name]
    return render(template, language, frame=frame(path, elder), view=view(language))


def all_pages() -> Iterator[tuple[str, str]]:
    """File name and HTML of every sample page, in both languages, with a large-print copy of each."""
    for language in LANGUAGES:
        for name in PAGES:
            yield f"{name}.{language}.html", page(name, language)
            yield f"{name}.{language}.elder.html", page(name, language, elder=True)


def write(folder: Path) -> int:
    """Write all pages and the static files into `folder`; gives how many pages."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(FOLDER, folder / "static", dirs_exist_ok=True)
    pages = dict(all_pages())
    for name, html in pages.items():
        (folder / name).write_text(html, encoding="utf-8")
    return len(pages)


if __name__ == "__main__":
    print(write(Path(sys.argv[1])), "pages in", sys.argv[1])
