"""Receivers of messages that stand on this machine, with a certificate of their own."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from loyalty.commands.messenger import carry_out, find_turn


@dataclass(slots=True)
class Receiver:
    """One that answers what a test tells it to, and remembers what it was sent."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; 200 after that."""
    silent_for: float = 0
    """Seconds before each answer."""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return where it stands."""
        return f"https://localhost:{self.port}/hooks?of=loyalty"


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "receiver.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def receiving(certificate: Path) -> Iterator[Receiver]:
    """Give a receiver that stands until the test ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            length = int(self.headers["Content-Length"])
            receiver.got.append((dict(self.headers), self.rfile.read(length)))
            time.sleep(receiver.silent_for)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Location", "https://localhost:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    receiver.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.02}).start()
    yield receiver
    server.shutdown()
    server.server_close()


def send_what_is_due() -> int:
    """Take turns until no hook is due; return how many there were."""
    turns = 0
    while (turn := find_turn()) is not None:
        carry_out(turn)
        turns += 1
    return turns
