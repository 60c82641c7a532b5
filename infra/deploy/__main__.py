"""`python -m infra.deploy deploy|plan|check|destroy|template|policies`: behind `make deploy`, `plan` and `destroy`.

Exit status: 0 done, 1 a step did not come off (it says what to do), 2 the call is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from infra.deploy import template
from infra.deploy.aws import Aws, region_of, target
from infra.deploy.configuration import FOLDER, Configuration
from infra.deploy.course import Course
from infra.deploy.policies import Where, write
from infra.deploy.target import APP
from infra.deploy.telling import Teller, attempted

_WHAT = ("deploy", "plan", "check", "destroy", "template", "policies")


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Run the command; answers the exit status."""
    wanted = _arguments(arguments)
    tell = Teller()
    return attempted(tell, lambda: _run(wanted, folder, tell), status=1)


def _run(wanted: argparse.Namespace, folder: Path, tell: Teller) -> int:
    configuration = Configuration.read(folder)
    configuration.stage(wanted.stage)
    if wanted.what == "policies":
        _policies(configuration, folder, tell)
        return 0
    aws = Aws(region_of(wanted.region or configuration.region(wanted.stage)))
    course = Course(aws, target(aws, wanted.stage), folder, tell)
    if wanted.what == "template":
        print(template.rendered(course.target))
    else:
        getattr(course, wanted.what)()
    return 0


def _policies(configuration: Configuration, folder: Path, tell: Teller) -> None:
    """Write the policies of every stage anew: after one was changed by hand."""
    for stage in configuration.stages:
        wanted = sorted(configuration.stage(stage)["lambda_functions"])
        environment = configuration.environment(stage)
        changed = write(folder, APP, stage, Where.noted(environment), environment, wanted)
        tell.good(f"{stage}: {', '.join(changed) or 'as it was'}")


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description="Put a stage into service.")
    parser.add_argument("what", choices=_WHAT, nargs="?", default="deploy")
    parser.add_argument("--stage", default=os.environ.get("STAGE", "dev"), help="of .chalice/config.json")
    parser.add_argument(
        "--region", default="", help="else where it was deployed, else the one of your AWS configuration"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
