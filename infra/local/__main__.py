"""`python -m infra.local`: the whole platform on this machine, as HOST, PORT, DATA and SPEED say."""

import importlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from chalicelib.core.links import LENGTH
from chalicelib.notice.texts import LINK_LIMIT
from infra.local.options import Options
from infra.local.run import Running, serve

LINK_URL_LIMIT = LINK_LIMIT - len("/a/") - LENGTH
SAMPLE = Path(__file__).parents[1] / "places" / "mishixiang.yaml"


def _prepare(run: Running) -> None:
    """Let the application live by the local clock, and give a new table the sample subdistrict."""
    from chalicelib import wiring
    from chalicelib.core.chain import Actor
    from chalicelib.place.service import apply, plan
    from infra.place import load

    wiring.use_clock(run.clock)
    ports = wiring.ports()
    if not any(ports.store.directory(prefix) for prefix in ports.policy.prefixes):
        apply(ports, plan(ports, load(SAMPLE)), Actor("staff", "make run", role="operator"))


def _ready(run: Running) -> None:
    url, options = run.options.url, run.options
    pace = "" if options.speed == 1 else f" · 速度 ×{options.speed:g}"
    print(
        f"""
  小区协商铃 The Consultation Bell{pace}

  按铃 Ring           {url}/
  在响的铃 Board       {url}/board
  发件箱 Outbox        {url}/_local/outbox
  公开事件 Events      {url}/_local/events.json

  试一试 Try it: ring at the first address. The specialist's SMS arrives in the outbox within a second;
  open the link in it and press 接铃. Leave it alone instead, and the next level is alerted.

{_long_links()}  数据 Data {options.data}/ · AWS endpoint for tools {options.aws_url} · Ctrl-C 停止 stops
""",
        flush=True,
    )


def _long_links() -> str:
    """A word to whoever chose an address that makes every SMS two."""
    link = os.environ["LINK_URL"]
    if len(link) <= LINK_URL_LIMIT:
        return ""
    return f"  LINK_URL has {len(link)} characters; above {LINK_URL_LIMIT} an SMS no longer fits one segment.\n\n"


def main() -> int:
    """Run until stopped; the exit code."""
    try:
        options = Options.of(os.environ)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return serve(options, lambda: importlib.import_module("app"), prepare=_prepare, ready=_ready)


def _leave(code: int) -> NoReturn:
    """Everything is kept and closed. The emulator's threads may still be anywhere: Python would take itself apart below
    them, which may hang or crash."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main())
