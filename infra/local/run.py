"""The local run: AWS, the application, its stream and its ticker in one process, its state in one folder."""

import errno
import fcntl
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from chalicelib.files.signing import Credentials
from infra.local.bus import overhearing
from infra.local.clock import ScaledClock
from infra.local.embedded import FUNCTIONS, EmbeddedAws, embedded_aws
from infra.local.endpoint import forward
from infra.local.journal import Journal
from infra.local.mend import Context, Handler, Record
from infra.local.options import Options
from infra.local.outbox import Outbox
from infra.local.passing import Passing
from infra.local.photos import AnchorShelf, Bucket, Shelf, keeping
from infra.local.server import app_server, aws_server
from infra.local.stream import StreamConsumer, done_of
from infra.local.surroundings import announce, set_environment
from infra.local.ticker import Ticker
from infra.local.uploads import Door
from infra.local.wechat import wechat

CATCH_UP_SECONDS = 5.0


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
        found = _found(stack, options)
        aws, clock, stream = found.aws, found.clock, found.stream
        heard = stack.enter_context(overhearing(aws))
        set_environment(options, aws)
        os.environ.update(stack.enter_context(wechat(aws.outbox)))
        module = load_app()
        found.functions.update(_functions(module))
        ticker = _ticker(found, options)
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
        announce(stack, options, aws)
        yield run


@dataclass(frozen=True)
class _Found:
    """AWS as the last run left it, nothing of it moving yet. `functions` are those of the application, once it is
    loaded."""

    aws: EmbeddedAws
    clock: ScaledClock
    stream: StreamConsumer
    functions: dict[str, Handler]


def _found(stack: ExitStack, options: Options) -> _Found:
    clock = ScaledClock(options.speed, options.data)
    stack.callback(clock.keep, 0.0)
    journal = Journal(options.data)
    stack.callback(journal.close)
    functions: dict[str, Handler] = {}
    failures = options.data / "stream-failures.jsonl"
    stream = StreamConsumer(_reading(functions), journal.mark_delivered, failures)
    outbox = Outbox(options.data, clock.now)
    aws = stack.enter_context(embedded_aws(functions, outbox=outbox, on_commit=_keeping(journal, stream)))
    _restore(aws, journal, stream)
    _restore_files(stack, Shelf(options.data), aws.photos)
    _restore_files(stack, AnchorShelf(options.data), aws.anchors)
    return _Found(aws, clock, stream, functions)


def _functions(module: ModuleType) -> dict[str, Handler]:
    """The application's entry points, by the names by which AWS calls them."""
    return {f"app.{name}": getattr(module, name) for name in (*FUNCTIONS, "anchor", "canary", "publish")}


def _ticker(found: _Found, options: Options) -> Ticker:
    canary = found.functions["app.canary"] if options.canary else None
    return Ticker(found.functions["app.sweep"], found.functions["app.anchor"], found.clock, canary)


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


def _catch_up(stream: StreamConsumer, ticker: Ticker) -> None:
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
