"""What the local run finds in its environment, and how other programs of this machine come to find the same."""

import json
import os
import secrets
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.bus import bus_of
from infra.local.embedded import EmbeddedAws
from infra.local.options import Options


def set_environment(options: Options, aws: EmbeddedAws) -> None:
    """Tell this process where its AWS is, and its secret; what whoever started it has set himself stands."""
    os.environ.update(aws.environment, SPEED=str(options.speed), EVENT_BUS=bus_of(aws))
    # Who tries it from a phone in the same network says at which address the phone finds this machine.
    os.environ.setdefault("PUBLIC_URL", options.url)
    os.environ.setdefault("LINK_URL", os.environ["PUBLIC_URL"])
    os.environ.setdefault("SECRET_KEY", _secret(options.data))
    # With this links and forms for photos are signed, on a port that others may reach.
    os.environ["AWS_SECRET_ACCESS_KEY"] = os.environ["SECRET_KEY"]
    os.environ.setdefault("PHOTOS_ENDPOINT", _beside(os.environ["PUBLIC_URL"], options))


def _beside(public_url: str, options: Options) -> str:
    """Where a browser that has come by that address finds the photos."""
    parts = urlsplit(public_url)
    return f"http://{parts.hostname}:{options.port + 1}" if parts.hostname else options.aws_url


def _secret(folder: Path) -> str:
    """The secret of this folder: links and sessions made before a restart stay good."""
    path = folder / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), "utf-8")
    return path.read_text("utf-8")


def announce(stack: ExitStack, options: Options, aws: EmbeddedAws) -> None:
    """Leave word where this run can be found, for `attach`."""
    path = options.data / "run.json"
    names = [*aws.environment, "PUBLIC_URL", "LINK_URL", "SPEED", "SECRET_KEY", "PHOTOS_ENDPOINT"]
    names += [name for name in os.environ if name.startswith("WECHAT_")]
    environment = {name: os.environ[name] for name in names}
    environment |= {"AWS_ENDPOINT_URL": options.aws_url, "AWS_DEFAULT_REGION": aws.region}
    environment |= {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    path.touch(mode=0o600)
    path.write_text(json.dumps({"pid": os.getpid(), "environment": environment}, indent=2), "utf-8")
    stack.callback(path.unlink, missing_ok=True)


def attach(folder: Path) -> bool:
    """Point this process's environment at the run that uses `folder`; False when none is running."""
    path = folder / "run.json"
    if not path.exists():
        return False
    found = json.loads(path.read_text("utf-8"))
    try:
        os.kill(found["pid"], 0)
    except ProcessLookupError:
        return False
    os.environ.update(found["environment"])
    return True
