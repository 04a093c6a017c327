"""What lies in `deploy` is what Debian's own programs take, and does what it says."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.serving import LOYALTY, PROJECT, free_port, until

DEPLOY = PROJECT / "deploy"
HOST = "card.example.org"


class Upstream(ThreadingHTTPServer):
    """In the place of the service: notes what reaches it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Noting)
        self.reached: list[dict[str, str]] = []


class Noting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # the library's name
        assert isinstance(self.server, Upstream)
        self.server.reached.append({name.lower(): value for name, value in self.headers.items()})
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of our host's, and its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now, now + timedelta(days=1)
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    paths[0].write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"needs {name}: apt-get install {name}")
    return found


class Line(HTTPSConnection):
    """A line to a web server of this machine, whose certificate nobody else has signed."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, timeout=30)
        self._trusting = ssl.create_default_context()
        self._trusting.check_hostname, self._trusting.verify_mode = False, ssl.CERT_NONE

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), 30)
        self.sock = self._trusting.wrap_socket(plain, server_hostname=HOST)


@contextmanager
def running(*words: str, port: int) -> Iterator[Line]:
    """Run a web server in front, and give a line to it that trusts any certificate."""
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)  # noqa: S603  # Debian's

    def listens() -> bool:
        assert process.poll() is None, "it has ended"
        try:
            with closing(Line(port)) as line:
                line.connect()
        except OSError:
            return False
        return True

    try:
        until(listens)
        with closing(Line(port)) as line:
            yield line
    finally:
        process.terminate()
        process.wait(30)


def post(line: Line, *, host: str) -> None:
    """Send a request that says it comes for somebody else."""
    headers = {"Host": host, "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"}
    line.request("POST", "/sent", b"whole", headers)
    answer = line.getresponse()
    answer.read()
    assert answer.status == 200


def test_behind_nginx_nobody_passes_for_another_and_slow_bodies_wait_there(
    upstream: Upstream, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    port = free_port()
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{upstream.server_port}")
    for path, own in zip(certificate, ("fullchain", "privkey"), strict=True):
        site = re.sub(rf"/etc/\S+{own}\.pem", str(path), site)
    main = tmp_path / "nginx.conf"
    folders = "".join(
        f"{kind}_temp_path {tmp_path};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}"
        f" http {{ access_log off; {folders} {site} }}"
    )

    with running(program("nginx"), "-e", "stderr", "-c", str(main), port=port) as line:
        post(line, host=HOST)
        (seen,) = upstream.reached
        line.putrequest("POST", "/slow")
        line.putheader("Content-Length", "8")
        line.endheaders(b"half")
        line.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.sock.recv(1)
        assert len(upstream.reached) == 1
        line.sock.settimeout(30)
        line.send(b"half")
        assert line.getresponse().status == 200

    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert seen["host"] == HOST
    assert len(upstream.reached) == 2


def test_behind_caddy_nobody_passes_for_another(
    upstream: Upstream, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    port = free_port()
    sample = (DEPLOY / "Caddyfile").read_text("utf-8")
    assert f"\n{HOST} {{" in sample
    own = sample.replace(
        f"\n{HOST} {{", f"\nhttps://{HOST}:{port} {{\n\ttls {certificate[0]} {certificate[1]}"
    )
    own = own.replace("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n", 1)
    own = own.replace("127.0.0.1:8000", f"127.0.0.1:{upstream.server_port}")
    (tmp_path / "Caddyfile").write_text(own)

    command = (program("caddy"), "run", "--config", str(tmp_path / "Caddyfile"))
    with running(*command, "--adapter", "caddyfile", port=port) as line:
        post(line, host=HOST)

    (seen,) = upstream.reached
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert seen["host"] == HOST


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    units = [path for path in sorted(DEPLOY.iterdir()) if path.suffix in {".service", ".timer"}]
    for unit in units:
        text = unit.read_text("utf-8")
        (tmp_path / unit.name).write_text(
            text.replace("/srv/loyalty/env/bin/loyalty", str(LOYALTY))
        )

    answer = subprocess.run(  # noqa: S603  # Debian's
        [program("systemd-analyze"), "verify", *(str(tmp_path / unit.name) for unit in units)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(units) == 3
    told = [line for line in answer.stderr.splitlines() if "loyalty" in line]
    assert (answer.returncode, told) == (0, [])
