"""Where and how the local run runs, as the environment says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Where and how to run. `speed`: seconds that pass in a second; `canary`: whether the hour's trial bell is rung."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = Path(".local")
    speed: float = 1.0
    access_log: bool = False
    canary: bool = False

    @staticmethod
    def of(environment: Mapping[str, str]) -> "Options":
        """Read HOST, PORT, DATA, SPEED, ACCESS_LOG and CANARY; raises ValueError with a sentence for the user."""
        port, speed = environment.get("PORT", "8000"), environment.get("SPEED", "1")
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65535:
            raise ValueError(f"PORT is a number between 1 and 65534, not {port!r}")
        return Options(
            host=environment.get("HOST", "127.0.0.1"),
            port=int(port),
            data=Path(environment.get("DATA", ".local")),
            speed=_positive("SPEED", speed),
            access_log=environment.get("ACCESS_LOG", "") not in ("", "0", "false"),
            canary=environment.get("CANARY", "1") not in ("0", "false"),
        )

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.host in ("", "0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def aws_url(self) -> str:
        """The address for AWS tools on this machine."""
        return f"{self.url.rpartition(':')[0]}:{self.port + 1}"


def _positive(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 100_000:
        raise ValueError(f"{name} is a number greater than 0, not {text!r}")
    return number
