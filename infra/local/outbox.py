"""What the embedded SNS, SES and WeChat have sent, kept in order and on disk."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto.ses.models import SESBackend
from moto.sesv2.responses import SESV2Response
from moto.sns.models import SNSBackend


@dataclass(frozen=True)
class Enclosed:
    """A file that came with a mail; `content` in base 64."""

    name: str
    kind: str
    content: str


@dataclass(frozen=True)
class Sent:
    """One message. `channel`: "sms", "mail" or "wechat"; `at`: ISO 8601, UTC with Z; an SMS has no `subject`, and the
    text of a WeChat message is the page that a tap opens."""

    channel: str
    to: str
    text: str
    at: str
    subject: str = ""
    enclosures: tuple[Enclosed, ...] = ()

    def json(self) -> dict[str, Any]:
        """As clients read it; `enclosures` only where there are some."""
        whole = asdict(self)
        return whole if self.enclosures else {k: v for k, v in whole.items() if k != "enclosures"}


class Outbox:
    """All messages, oldest first; with a folder, those of earlier runs too."""

    def __init__(
        self, folder: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._path = folder / "outbox.jsonl" if folder else None
        self._now = now
        self._lock = threading.Lock()
        self._sent = _read(self._path) if self._path else []

    def add(
        self, channel: str, to: str, text: str, subject: str = "", enclosures: tuple[Enclosed, ...] = ()
    ) -> None:
        """Keep a message that was sent now."""
        at = self._now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        sent = Sent(channel, to, text, at, subject, enclosures)
        with self._lock:
            self._sent.append(sent)
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(sent.json(), ensure_ascii=False) + "\n")

    def messages(self) -> list[Sent]:
        """A copy of all messages, oldest first."""
        with self._lock:
            return list(self._sent)

    def as_json(self) -> list[dict[str, Any]]:
        """The messages as JSON objects, oldest first."""
        return [sent.json() for sent in self.messages()]


def _read(path: Path) -> list[Sent]:
    """The messages in the file, without a last line that was torn by a kill."""
    if not path.exists():
        return []
    whole, _, torn = path.read_bytes().rpartition(b"\n")
    if torn:
        with path.open("rb+") as file:
            file.truncate(len(whole) + 1 if whole else 0)
    return [_sent(json.loads(line)) for line in whole.splitlines()]


def _sent(line: dict[str, Any]) -> Sent:
    return Sent(**{**line, "enclosures": tuple(Enclosed(**e) for e in line.get("enclosures", ()))})


@contextmanager
def collecting(outbox: Outbox) -> Iterator[None]:
    """Put everything that SNS sends to a phone and that SES sends into the outbox while the context lasts.

    Any sender may send: verifying addresses is a matter of the real SES.
    """
    with ExitStack() as patches:
        for owner, name, replacement in (
            (SNSBackend, "publish", _sms(outbox, SNSBackend.publish)),
            (SESBackend, "send_email", _mail(outbox, SESBackend.send_email)),
            (SESV2Response, "send_email", _plain_first(SESV2Response.send_email)),
            (SESBackend, "send_raw_email", _raw_mail(outbox, SESBackend.send_raw_email)),
            (SESBackend, "_is_verified_address", lambda *_: True),
        ):
            patches.enter_context(patch.object(owner, name, replacement))
        yield


def _sms(outbox: Outbox, original: Callable[..., str]) -> Callable[..., str]:
    def publish(backend: SNSBackend, message: str, *args: Any, **kwargs: Any) -> str:
        message_id = original(backend, message, *args, **kwargs)
        sent = backend.sms_messages.get(message_id)
        if sent is not None:
            outbox.add("sms", sent[0], sent[1])
        return message_id

    return publish


_request = threading.local()


def _plain_first(original: Callable[[SESV2Response], str]) -> Callable[[SESV2Response], str]:
    """The emulator keeps HTML where there is some; the outbox shows the plain text that came with it."""

    def send_email(response: SESV2Response) -> str:
        simple = json.loads(response.body).get("Content", {}).get("Simple", {})
        _request.text = simple.get("Body", {}).get("Text", {}).get("Data")
        try:
            return original(response)
        finally:
            _request.text = None

    return send_email


def _mail(outbox: Outbox, original: Callable[..., Any]) -> Callable[..., Any]:
    def send_email(
        backend: SESBackend, source: str, subject: str, body: str, destinations: dict[str, list[str]]
    ) -> Any:
        message = original(backend, source, subject, body, destinations)
        text = getattr(_request, "text", None) or body
        for to in [address for addresses in destinations.values() for address in addresses]:
            outbox.add("mail", to, text, subject)
        return message

    return send_email


def _raw_mail(outbox: Outbox, original: Callable[..., Any]) -> Callable[..., Any]:
    def send_raw_email(backend: SESBackend, source: str, destinations: list[str], raw_data: str) -> Any:
        message = original(backend, source, destinations, raw_data)
        parsed = message_from_string(raw_data, policy=policy.default)
        body = parsed.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        for to in dict.fromkeys(message.destinations):
            outbox.add("mail", to, text, str(parsed["Subject"] or ""), _enclosed(parsed))
        return message

    return send_raw_email


def _enclosed(mail: EmailMessage) -> tuple[Enclosed, ...]:
    parts = ((part, part.get_payload(decode=True)) for part in mail.iter_attachments())
    return tuple(
        Enclosed(part.get_filename("file"), part["Content-Type"], b64encode(content).decode())
        for part, content in parts
        if isinstance(content, bytes)
    )
