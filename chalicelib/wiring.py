"""The only builder of real adapters: lazy, once a process. Tests and the local run put their own in place."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.config import ConfigError, Settings
from chalicelib.core.times import tick
from chalicelib.files import S3Files, origin
from chalicelib.people.staff import Channel
from chalicelib.place.directories import CachedDirectories
from chalicelib.ports import Bus, Clock, Policy, Ports, Sender, Vault
from chalicelib.timeline.runner import StepFunctionsTimeline

if TYPE_CHECKING:
    from botocore.session import Session

    from chalicelib.notice.shapes import Message
    from chalicelib.observability.metrics import Meter
    from chalicelib.ports import Bindings, Mailbox, MiniProgram
    from chalicelib.providers import Tools
    from chalicelib.publishing.rules import Announcement
    from chalicelib.record.shapes import StreamRecord
    from chalicelib.store.table import Table


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Aware UTC, to the millisecond."""
        return tick(datetime.now(UTC))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def real(self, seconds: int) -> int:
        """Timers outside run at the same pace; they wait at least a second."""
        return max(1, seconds)


class SystemEntropy:
    """The operating system's chance."""

    def number(self, bits: int) -> int:
        """A random integer of that many bits."""
        return secrets.randbits(bits)


class _LazySender:
    """A sender that is built when the first message goes out: a ring must not pay for it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._real: Sender | None = None

    def send(self, message: Message) -> str:
        """As the sender of the channel does."""
        if self._real is None:
            self._real = _sender(self._channel)
        return self._real.send(message)


class _LazyVault:
    """A vault that is built when it is first opened: only the day's anchor, and whoever asks for one, does."""

    def __init__(self, config: Settings) -> None:
        self._config = config

    def put(self, name: str, text: str) -> str:
        """As `ports.Vault` says."""
        return self._real.put(name, text)

    def get(self, name: str) -> str | None:
        """As `ports.Vault` says."""
        return self._real.get(name)

    def names(self, folder: str) -> tuple[str, ...]:
        """As `ports.Vault` says."""
        return self._real.names(folder)

    @cached_property
    def _real(self) -> Vault:
        from chalicelib.files.vault import S3Vault

        return S3Vault(self._config.anchors_bucket, self._config.region, _session)


class _LazyBus:
    """A bus that is reached for when the first event is published: nobody else pays for it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """As `ports.Bus` says."""
        self._real.publish(announcements)

    @cached_property
    def _real(self) -> Bus:
        from chalicelib.notify.eventbridge import EventBridgeBus

        return EventBridgeBus(self._name, _session)


class _LazyMailbox:
    """The mailbox to which mail comes back; only who reads it opens the safe for its password."""

    def read(self, mark: str, since: datetime, take: Callable[[bytes], bool]) -> str:
        """As `ports.Mailbox` says."""
        return self._real.read(mark, since, take)

    @cached_property
    def _real(self) -> Mailbox:
        from chalicelib import providers

        return providers.mailbox(_opened(_given()), _tools())


class _LazyWechat:
    """The mini program and its readers, built when somebody asks for them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @cached_property
    def program(self) -> MiniProgram:
        """As `ports.MiniProgram` says."""
        from chalicelib import providers

        given = _given()
        try:
            return providers.mini_program(given, _opened, _tools())
        except ConfigError:
            # Whatever is wrong with WeChat, SMS goes on: without templates nothing is tried there.
            from chalicelib.observability import logger

            logger().exception("no messages in WeChat", setting="WECHAT_TEMPLATES")
            return providers.mini_program({**given, "WECHAT_TEMPLATES": ""}, _opened, _tools())

    @cached_property
    def bindings(self) -> Bindings:
        """As `ports.Bindings` says."""
        from chalicelib.store.wechats import Bindings

        return Bindings(self._table)


_settings: Settings | None = None
_ports: Ports | None = None
_clock: Clock | None = None
_meter: Meter | None = None


def settings() -> Settings:
    """The settings of this process."""
    global _settings  # noqa: PLW0603 - one a process, made at first use
    if _settings is None:
        _settings = Settings.from_env(reveal=revealed)
    return _settings


def revealed(secret: str) -> dict[str, str]:
    """What lies in a safe: the settings in a secret of Secrets Manager, named by its ARN. One AWS call."""
    import json

    client: Any = _session_in(secret.split(":")[3]).create_client("secretsmanager")
    found: dict[str, str] = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    return found


def ports() -> Ports:
    """The ports of this process."""
    global _ports  # noqa: PLW0603 - one a process, made at first use
    if _ports is None:
        _ports = _build(settings(), _clock or SystemClock())
    return _ports


def install(replacement: Ports | None, config: Settings | None = None) -> None:
    """Use these ports (tests), or build anew at the next use (None)."""
    global _ports, _settings, _meter
    _ports, _settings, _meter = replacement, config, None


def use_clock(clock: Clock | None) -> None:
    """Let time pass as this clock says (the local run), or as the wall clock says (None)."""
    global _clock, _ports
    _clock, _ports = clock, None


def now() -> datetime:
    """What time it is, also where nothing else is needed."""
    return (_ports.clock if _ports else _clock or SystemClock()).now()


def meter() -> Meter:
    """What writes this stage's metrics; ports without settings (tests) are not measured."""
    from chalicelib.observability.metrics import Meter

    global _meter  # noqa: PLW0603 - one a process, made at first use
    if _meter is None:
        try:
            _meter = Meter(settings().stage, len(settings().prefixes))
        except ConfigError:
            return Meter("local", 0)
    return _meter


def traced() -> bool:
    """Whether this very call is traced: the stage wants traces, and X-Ray has chosen it."""
    from os import environ

    return environ.get("TRACES") == "on" and "Sampled=1" in environ.get("_X_AMZN_TRACE_ID", "")


def front_door() -> str:
    """What `GET /v1/health` answers at the public address, from outside; raises OSError when nothing does."""
    from urllib.request import Request, urlopen

    request = Request(f"{settings().public_url}/v1/health", headers={"User-Agent": "canary"})  # noqa: S310 - Settings let http(s) pass only
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        body: bytes = answer.read(4096)
        return body.decode("utf-8", "replace")


def stream_records(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, StreamRecord]]:
    """What a batch of the table's stream says, each with its sequence number; what concerns nobody is left out."""
    from chalicelib.store.stream import parse

    return iter(parse(records))


def _build(config: Settings, clock: Clock) -> Ports:
    from chalicelib.store import DynamoStore

    store = DynamoStore(config.table, config.region, clock.sleep, _session)
    return Ports(
        store=store,
        polls=store,
        senders={channel: _LazySender(channel) for channel in Channel},
        timeline=StepFunctionsTimeline(_LazySession(), config.state_machine),
        files=_files(config, clock),
        vault=_LazyVault(config),
        clock=clock,
        entropy=SystemEntropy(),
        directories=CachedDirectories(store, clock, config.prefixes),
        policy=policy_of(config),
        bus=_LazyBus(config.event_bus) if config.event_bus else None,
        wechat=_LazyWechat(store.table) if config.mini_program else None,
        mailbox=_LazyMailbox() if config.bounces else None,
    )


def policy_of(config: Settings) -> Policy:
    """What services need to know of the settings."""
    from chalicelib.web.privacy import VERSION

    return Policy(
        consent_version=VERSION,
        key=config.key,
        link_url=config.link_url,
        public_url=config.public_url,
        prefixes=config.prefixes,
        rings_per_phone=config.rings_per_phone,
        rings_per_address=config.rings_per_address,
        files_origin=_files_origin(config),
        anchor_mail=config.anchor_mail,
    )


def _files(config: Settings, clock: Clock) -> S3Files:
    return S3Files(config.photos_bucket, config.region, clock, _session, config.photos_endpoint)


def _files_origin(config: Settings) -> str:
    return origin(config.photos_bucket, config.region, config.photos_endpoint) if config.photos_bucket else ""


class _LazySession:
    """A botocore session that is made when the first client is: a ring must not pay for it."""

    def create_client(self, service_name: str) -> Any:
        """A client of the service in the configured region."""
        return _session().create_client(service_name)


def _session() -> Session:
    return _session_in(settings().region)


def _session_in(region: str) -> Session:
    from chalicelib import aws_models

    session = aws_models.session()
    if region:
        session.set_config_variable("region", region)
    return session


def _sender(channel: Channel) -> Sender:
    from chalicelib import providers

    return providers.sender(channel, _opened(_given()), _tools())


def _given() -> dict[str, str]:
    """What the environment says of providers. On one's own machine every message stays in the outbox, whatever the
    shell has set; its safe and its mini program are its own."""
    from os import environ

    config = settings()
    own = ("PROVIDER_SECRETS", "WECHAT_") if config.mini_program else ("PROVIDER_SECRETS",)
    given = {name: environ[name] for name in environ if config.stage != "local" or name.startswith(own)}
    return {**given, "MAIL_FROM": config.mail_from}


def _opened(given: Mapping[str, str]) -> Mapping[str, str]:
    from chalicelib import providers

    return providers.settings(given, revealed)


def _tools() -> Tools:
    from chalicelib import providers

    return providers.Tools(_session, SystemClock().now, lambda: secrets.token_hex(16), _envelope)


def _envelope() -> str:
    from chalicelib.delivery.bounces import sealed

    return sealed(settings().key, secrets.token_hex(16))
