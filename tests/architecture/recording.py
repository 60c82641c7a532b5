"""Records what each entry point asks AWS for, in every test, and refuses what its policy does not allow.

A plugin of pytest (`pytest_plugins` in tests/conftest.py). Entry points are HTTP (the Chalice object) and the functions
of `chalicelib.steps`; whatever leaves botocore while one of them runs belongs to it. Calls outside of entry points - a
test's own, the emulator's - are nobody's. At the end of the session, whichever tests it ran, a call that no statement
allows fails it. Where the session has workers (pytest-xdist), each hands over what it would have failed for.
That everything allowed is also called is `test_permissions.py`, with journeys of its own.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import astuple, replace
from typing import Any

import pytest

from tests.architecture.iam import ACCOUNT, Need, allows, needs

ENTRIES = ("advance", "anchor", "canary", "publish", "react", "report", "sweep")
Seen = dict[str, set[Need]]

_entry: ContextVar[str] = ContextVar("entry", default="")
_listeners: list[Seen] = []
_session: Seen = defaultdict(set)
# What stands for a call that nobody thought of: no policy allows it.
_UNKNOWN = "unknown:{service}.{operation}"


@contextmanager
def recording() -> Iterator[Seen]:
    """What is asked for while the context lasts, by function."""
    seen: Seen = defaultdict(set)
    _listeners.append(seen)
    try:
        yield seen
    finally:
        _listeners.remove(seen)


def pytest_configure(config: pytest.Config) -> None:
    """Listen from the beginning."""
    _listeners.append(_session)
    _hear_calls()
    _mark_entries()
    _hear_signatures()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker refuses. One that crashed hands over nothing, and fails the session by that."""
    for function, need in getattr(node, "workeroutput", {}).get("refused", ()):
        _session[function].add(Need(*need))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a session in which a function asked for what it may not have; a worker leaves that to whom it works for."""
    refused = forbidden(_session)
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["refused"] = [(function, astuple(need)) for function, need in refused]
    elif refused and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was asked for and is not allowed."""
    refused = forbidden(_session)
    if refused:
        terminalreporter.section("calls that no policy allows", red=True)
        for function, need in refused:
            terminalreporter.line(
                f"{function}: {need.action} on {need.resource} {' '.join(need.keys)}".rstrip()
            )
        terminalreporter.line("Allow them in infra/deploy/policies, or do without.")


def forbidden(seen: Seen) -> list[tuple[str, Need]]:
    """What was asked for without being allowed; the stage is the one that the resource's name tells."""
    return sorted(
        (function, need)
        for function, found in seen.items()
        for need in found
        if not allows(policy_of(function), in_prod(need))
    )


@functools.cache
def policy_of(function: str) -> dict[str, Any]:
    """The policy of a function in the stage `prod` of some account, which has a mini program and reads a mailbox."""
    from infra.deploy.policies import Where, policy
    from infra.deploy.target import APP

    settings = {"WECHAT_APP_ID": "wx1", "SMTP_BOUNCES": "imaps://imap.example.org"}
    return policy(function, APP, "prod", Where("aws", "*", ACCOUNT), settings)


def in_prod(need: Need, stage: str = "local") -> Need:
    """The same of the stage `prod`: tests run in stages of their own, whose policies are alike."""
    from infra.deploy.target import APP

    resource = need.resource.replace(f"{APP}-{stage}", f"{APP}-prod").replace(
        f"{APP}/{stage}/", f"{APP}/prod/"
    )
    return replace(need, resource=resource)


def _in_its_stage(need: Need) -> Need:
    from chalicelib import wiring

    stage = wiring._settings.stage if wiring._settings else "local"
    return in_prod(need, stage)


def note(*found: Need) -> None:
    """These are asked for now."""
    function = _entry.get()
    if function:
        own = {_in_its_stage(need) for need in found}
        for seen in _listeners:
            seen[function].update(own)


def _hear_calls() -> None:
    from botocore import handlers

    # Before botocore makes anything else of what was given.
    handlers.BUILTIN_HANDLERS.append(("provide-client-params", _heard))


def _heard(params: Any, model: Any, context: Any, **_: Any) -> None:
    if not _entry.get() or not isinstance(params, dict):
        return
    service, region = model.service_model.service_name, context.get("client_region", "")
    try:
        found = needs(service, model.name, params, region)
    except LookupError:
        found = (Need(_UNKNOWN.format(service=service, operation=model.name), "*"),)
    note(*found)


def _mark_entries() -> None:
    from chalice import Chalice

    from chalicelib import steps

    Chalice.__call__ = inside("api_handler")(Chalice.__call__)
    for name in ENTRIES:
        setattr(steps, name, inside(name)(getattr(steps, name)))


def inside(function: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Whatever is called within the decorated belongs to that function."""

    def decorate(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def marked(*args: Any, **options: Any) -> Any:
            token = _entry.set(function)
            try:
                return call(*args, **options)
            finally:
                _entry.reset(token)

        return marked

    return decorate


def _hear_signatures() -> None:
    """What is only signed is asked for later, by a browser, in the name of the function that signed."""
    from chalicelib.files import S3Files

    upload, url = S3Files.upload, S3Files.url

    @functools.wraps(upload)
    def uploading(self: S3Files, *args: Any, **options: Any) -> Any:
        note(Need("s3:PutObject", f"arn:aws:s3:::{self._bucket}/incoming/signed"))
        return upload(self, *args, **options)

    @functools.wraps(url)
    def showing(self: S3Files, *args: Any, **options: Any) -> Any:
        note(Need("s3:GetObject", f"arn:aws:s3:::{self._bucket}/kept/signed"))
        return url(self, *args, **options)

    S3Files.upload = uploading  # type: ignore[method-assign]
    S3Files.url = showing  # type: ignore[method-assign]
