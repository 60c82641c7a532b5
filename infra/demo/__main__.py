"""Start a platform of its own, ring the ten bells of the article, play its three stories, print what happened.

`STORY=wall|door|medicine` plays that story alone. `URL=…` uses a platform elsewhere, where nobody can let days pass:
only the bells are rung there, at the speed it has. `SPEED` (30): the seconds that pass in one on a platform of our own.

Exit status: 0 when all ended as it should and every record verifies, 1 when not, 2 for a setting that makes no sense.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.error import URLError

from infra.demo import bells, papers, telling
from infra.demo.client import Client
from infra.demo.platform import own_platform
from infra.demo.stories import STORIES


@dataclass(frozen=True)
class Options:
    """What to play, and where. `url`: empty for a platform of its own."""

    stories: Sequence[str]
    ring: bool
    url: str
    speed: float

    @staticmethod
    def of(environment: Mapping[str, str]) -> Options:
        """Read STORY, URL and SPEED; raises ValueError with a sentence for the user."""
        story, url = environment.get("STORY", ""), environment.get("URL", "").rstrip("/")
        if story and story not in STORIES:
            raise ValueError(f"STORY is one of {', '.join(STORIES)}, not {story!r}")
        if story and url:
            raise ValueError("A story takes days: it is played on a platform of its own, without URL")
        stories = [] if url else [story] if story else list(STORIES)
        return Options(stories, not story, url, _speed(environment.get("SPEED", "30")))


def _speed(text: str) -> float:
    """People act at that speed: above 60 a code that was texted would expire while it is typed."""
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= 60:
        raise ValueError(f"SPEED is a number between 1 and 60, not {text!r}")
    return speed


def main(environment: Mapping[str, str]) -> int:
    """Play the demo; answers the exit status."""
    try:
        options = Options.of(environment)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.url:
        return _elsewhere(Client(options.url))
    with own_platform(options.speed) as client:
        well = not options.ring or bells.play(client)
        return 0 if _stories(client, options, environment) and well else 1


def _elsewhere(client: Client) -> int:
    try:
        client.clock()
    except (URLError, ValueError) as error:
        print(f"There is no run at {client.url} ({error}): start one with `make run`.", file=sys.stderr)
        return 2
    well = bells.play(client)
    print(
        "  三个故事要过好几天，别处的时钟不能拨，这里不演。 The three stories take days; they are skipped here."
    )
    return 0 if well else 1


def _stories(client: Client, options: Options, environment: Mapping[str, str]) -> bool:
    printer = papers.printer()
    well = telling.play(client, options.stories, printer)
    if printer is None:
        print(
            "  没有 Chromium，不打印。 There is no Chromium, so nothing is printed (make browser installs it)."
        )
    return well and (printer is not None or not papers.needed(environment))


if __name__ == "__main__":
    sys.exit(main(os.environ))
