"""The local run: AWS, the application, its stream and its ticker in one process, its state in one folder."""

import errno
import fcntl
import json
import os
import secrets
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from chalicelib.files.signing import Credentials
from infra.local.bus import bus_of, overhearing
from infra.local.clock import ScaledClock
from infra.local.embedded import FUNCTIONS, EmbeddedAws, embedded_aws
from infra.local.endpoint import forward
from infra.local.journal import Journal
from infra.local.mend import Context, Handler, Record
from infra.local.outbox import Outbox
from infra.local.passing import Passing
from infra.local.photos import AnchorShelf, Bucket, Shelf, keeping
from infra.local.server import app_server, aws_server
from infra.local.stream import StreamConsumer, done_of
from infra.local.uploads import Door
from infra.local.wechat import wechat

CATCH_UP_SECONDS = 5.0
SWEEP_SECONDS = 60.0
SWEEP_AT_LEAST_SECONDS = 3.0
"""However fast the clock runs, a timer waits a real second at least: a sweep must leave it the time to go off."""


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


def _nothing(_: "Running") -> None:
    """Nothing to prepare, nobody to tell."""


@dataclass(frozen=True)
class Running:
    """What a started run offers to whoever prepares it."""

    options: Options
    aws: EmbeddedAws
    clock: ScaledClock
    app_module: ModuleType


@contextmanager
def running(
    options: Options,
    load_app: Callable[[], ModuleType],
    prepare: Callable[[Running], None] = _nothing,
) -> Iterator[Running]:
    """Run everything while the context lasts.

    `load_app` imports the module with the Chalice object `app` and the entry points, after the environment
    is set. `prepare` is called before the first request is served. Raises OSError when a port or the folder is taken.
    """
    with ExitStack() as stack:
        options.data.mkdir(parents=True, exist_ok=True)
        stack.enter_context(_alone(options.data))
        clock = ScaledClock(options.speed, options.data)
        stack.callback(clock.keep, 0.0)
        journal = Journal(options.data)
        stack.callback(journal.close)
        functions: dict[str, Handler] = {}
        stream = StreamConsumer(
            _reading(functions),
            journal.mark_delivered,
            options.data / "stream-failures.jsonl",
        )
        aws = stack.enter_context(
            embedded_aws(
                functions, outbox=Outbox(options.data, clock.now), on_commit=_keeping(journal, stream)
            )
        )
        _restore(aws, journal, stream)
        _restore_files(stack, Shelf(options.data), aws.photos)
        _restore_files(stack, AnchorShelf(options.data), aws.anchors)
        heard = stack.enter_context(overhearing(aws))
        _set_environment(options, aws)
        os.environ.update(stack.enter_context(wechat(aws.outbox)))
        module = load_app()
        functions.update(
            {f"app.{name}": getattr(module, name) for name in (*FUNCTIONS, "anchor", "canary", "publish")}
        )
        canary = functions["app.canary"] if options.canary else None
        ticker = Ticker(functions["app.sweep"], functions["app.anchor"], clock, canary)
        passing = Passing(aws, clock, stream.settled, ticker.sweep, ticker.paused, ticker.anchor)
        server = app_server(
            module.app, aws.outbox, heard, passing, options.host, options.port, access_log=options.access_log
        )
        stack.callback(server.server.server_close)
        endpoint = aws_server(forward, _door(aws, clock), options.host, options.port + 1)
        stack.callback(endpoint.server_close)
        run = Running(options, aws, clock, module)
        prepare(run)
        stream.start()
        stack.callback(stream.stop)
        _catch_up(stream, ticker)
        _start(stack, "ticker", ticker.run, ticker.stop)
        _start(stack, "http", server.server.serve_forever, server.shutdown)
        _start(stack, "aws", endpoint.serve_forever, endpoint.shutdown)
        _announce(stack, options, aws)
        yield run


def _reading(functions: Mapping[str, Handler]) -> Handler:
    """What reads the stream: `react`, and `publish` what it is done with. On AWS each reads for itself."""

    def read(event: Any, context: Any) -> Any:
        answer = functions["app.react"](event, context)
        done = event["Records"][: done_of(event["Records"], answer)]
        try:
            functions["app.publish"]({"Records": done}, Context("publish", "publish"))
        except Exception:  # noqa: BLE001  # whoever listens here listens for fun
            traceback.print_exc()
        return answer

    return read


def _restore(aws: EmbeddedAws, journal: Journal, stream: StreamConsumer) -> None:
    """Put everything back where it was; what was not consumed yet comes before anything new."""
    aws.gate.sequence = journal.next_sequence
    aws.restore(journal.images())
    stream.put(journal.backlog())


def _restore_files(stack: ExitStack, shelf: Shelf, bucket: Bucket) -> None:
    shelf.restore(bucket)
    stack.enter_context(keeping(shelf, bucket.name))


def _door(aws: EmbeddedAws, clock: ScaledClock) -> Door:
    who = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    return Door(aws.photos, who, clock.now)


def _catch_up(stream: StreamConsumer, ticker: "Ticker") -> None:
    """First what the last run left undone, then new timers for all: the last run's ended with it."""
    stream.settled(CATCH_UP_SECONDS)
    ticker.rearm()


def _keeping(journal: Journal, stream: StreamConsumer) -> Callable[[list[Record]], None]:
    def on_commit(records: list[Record]) -> None:
        journal.append(records)
        stream.put(records)

    return on_commit


def _start(stack: ExitStack, name: str, serve: Callable[[], None], stop: Callable[[], None]) -> None:
    threading.Thread(target=serve, name=name, daemon=True).start()
    stack.callback(stop)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs on one journal would ruin it."""
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OSError(
                f"another run uses {folder}; stop it, or choose another folder with DATA=…"
            ) from error
        yield


def _set_environment(options: Options, aws: EmbeddedAws) -> None:
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


def _announce(stack: ExitStack, options: Options, aws: EmbeddedAws) -> None:
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


def scheduled(detail: dict[str, Any]) -> dict[str, Any]:
    """What EventBridge hands to a scheduled function. AWS's own rule has an empty `detail`."""
    return {
        "version": "0",
        "id": "local",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "1970-01-01T00:00:00Z",
        "region": "local",
        "resources": [],
        "detail": detail,
    }


class _Held:
    """Several locks as one, which may be taken again by whoever has it."""

    def __init__(self, *locks: Any) -> None:
        self._locks = locks

    def __enter__(self) -> None:
        for lock in self._locks:
            lock.acquire()

    def __exit__(self, *_: object) -> None:
        for lock in reversed(self._locks):
            lock.release()


class Ticker:
    """Calls the sweeper each minute of the scaled clock, and with the first minute of an hour what makes the day's
    anchor and what rings the trial bell; not while somebody else holds `paused`. A trial bell takes its real seconds,
    so it is rung beside the minutes, and `paused` waits for its end."""

    def __init__(
        self, sweep: Handler, anchor: Handler, clock: ScaledClock, canary: Handler | None = None
    ) -> None:
        self._sweep = sweep
        self._anchor = anchor
        self._canary = canary
        self._clock = clock
        self._hours: dict[str, str] = {}
        self._interval = max(SWEEP_AT_LEAST_SECONDS, SWEEP_SECONDS / clock.speed)
        self._stopped = threading.Event()
        self._minute, self._flight = threading.RLock(), threading.RLock()
        self.paused = _Held(self._minute, self._flight)

    def run(self) -> None:
        """Tick until stopped."""
        waited = 0.0
        while not self._stopped.wait(step := min(1.0, self._interval)):
            self._clock.keep()
            waited += step
            if waited >= self._interval:
                waited = 0.0
                self.sweep()
                self.anchor()
                threading.Thread(target=self.canary, name="canary", daemon=True).start()

    def sweep(self) -> None:
        """What a minute's sweep does, now."""
        with self._minute:
            self._call({})

    def anchor(self) -> None:
        """What an hour's anchor does, unless it was done this hour."""
        with self._minute:
            if self._new_hour("anchor"):
                self._try(self._anchor, "anchor", {})

    def canary(self) -> None:
        """Ring the hour's trial bell, unless it was rung this hour. However fast the clock runs, the stream and a timer
        take their real seconds, so meanwhile waiting is real."""
        with self._flight:
            if self._canary and self._new_hour("canary"):
                with patch.object(self._clock, "sleep", time.sleep):
                    self._try(self._canary, "canary", {})

    def _new_hour(self, what: str) -> bool:
        """Whether this is the first time in this hour that anybody asks for it."""
        before, self._hours[what] = self._hours.get(what), self._clock.now().isoformat()[:13]
        return before != self._hours[what]

    def rearm(self) -> None:
        """Have every open clock given a new timer."""
        self._call({"rearm": True})

    def stop(self) -> None:
        """Tick no more."""
        self._stopped.set()

    def _call(self, detail: dict[str, Any]) -> None:
        self._try(self._sweep, "sweep", detail)

    def _try(self, function: Handler, name: str, detail: dict[str, Any]) -> None:
        try:
            function(scheduled(detail), Context(name, name))
        except Exception:  # noqa: BLE001  # the next time may do better
            traceback.print_exc()


@contextmanager
def _listening() -> Iterator[Callable[[], object]]:
    """Hear Ctrl-C and SIGTERM while the context lasts; what it gives waits for the first.

    Python's own handlers run in the main thread alone and only once it does something: when another thread was handed
    the signal, a lock would be waited for on and on, and may even be one that the handler needs.
    """
    ears, mouth = socket.socketpair()
    mouth.setblocking(False)
    with ears, mouth:
        signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        try:
            yield lambda: ears.recv(1)
        finally:
            signal.set_wakeup_fd(-1)


def serve(
    options: Options,
    load_app: Callable[[], ModuleType],
    prepare: Callable[[Running], None] = _nothing,
    ready: Callable[[Running], None] = _nothing,
) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code. `ready` is called once requests are answered."""
    try:
        with _listening() as until_told_to_end, running(options, load_app, prepare) as run:
            ready(run)
            until_told_to_end()
    except OSError as error:
        advice = "; choose another with PORT=…" if error.errno == errno.EADDRINUSE else ""
        where = f"{options.host}:{options.port} (and {options.port + 1})"
        print(f"Cannot run on {where}: {error}{advice}", file=sys.stderr)
        return 1
    return 0
