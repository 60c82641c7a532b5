"""What the stand-ins over TLS are made of: a port, a certificate of their own, and a context that believes it only."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def trust() -> ssl.SSLContext:
    """A context that believes the stand-ins only."""
    return ssl.create_default_context(cadata=certificate()[0])


class Hangup(Exception):
    """The server ends the connection without another word."""


class Session(Protocol):
    """What a server says to one client."""

    def run(self) -> None:
        """Until the client has gone; raises Hangup to go first."""

    def close(self) -> None:
        """Leave nothing open."""


@contextmanager
def listening(greet: Callable[[socket.socket], Session], closing: threading.Event) -> Iterator[int]:
    """A port on loopback; each connection has a thread of its own. `closing` is set before it ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(greet, listener, closing))
        thread.start()
        try:
            yield port
        finally:
            closing.set()
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
            thread.join()


def _accept(
    greet: Callable[[socket.socket], Session], listener: socket.socket, closing: threading.Event
) -> None:
    sessions: list[threading.Thread] = []
    while True:
        connection, _ = listener.accept()
        if closing.is_set():
            connection.close()
            break
        sessions.append(threading.Thread(target=_serve, args=(greet, connection)))
        sessions[-1].start()
    for session in sessions:
        session.join()


def _serve(greet: Callable[[socket.socket], Session], connection: socket.socket) -> None:
    connection.settimeout(10)
    with connection, suppress(OSError, Hangup):
        session = greet(connection)
        try:
            session.run()
        finally:
            session.close()


@cache
def certificate() -> tuple[str, str]:
    """A certificate for 127.0.0.1 and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "standin")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


@cache
def server_side() -> ssl.SSLContext:
    """The servers' side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_text("".join(certificate()), "utf-8")
        context.load_cert_chain(chain)
    return context
