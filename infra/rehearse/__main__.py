"""`python -m infra.rehearse [--stage dev]`. Exit status: 0 all came off, 1 a step did not (it says what to do)."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.telling import Failed, Teller
from infra.rehearse.course import Course


def main(arguments: list[str] | None = None) -> int:
    """Run it; the exit status."""
    parser = argparse.ArgumentParser(prog="make rehearse", description=__doc__)
    parser.add_argument("--stage", default="dev", help="of .chalice/config.json")
    parser.add_argument("--build", type=Path, default=Path(__file__).parents[2] / "build")
    wanted = parser.parse_args(arguments)
    tell, start = Teller(), time.monotonic()
    try:
        Course(wanted.stage, wanted.build, tell).run()
    except Failed as failure:
        tell.error(str(failure))
        tell.line(failure.advice)
    except (ClientError, BotoCoreError) as error:
        tell.error(f"ministack refuses: {str(error)[:600]}")
        tell.line("build/rehearse/ministack.log has more.")
    except KeyboardInterrupt:
        tell.error("Interrupted; nothing is left running.")
    else:
        tell.good(f"All came off, in {time.monotonic() - start:.0f} s")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
