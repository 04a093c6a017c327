"""A letter is handed over in time, or not at all, wherever its receiver stands."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest

from loyalty.services.messages import posting
from loyalty.services.messages.delivery import Letter, Outcome
from loyalty.services.messages.posting import post
from tests.receivers import make_certificate

LONGEST = 1.5
"""Seconds of each step in these tests."""


def letter_to(address: str) -> Letter:
    return Letter(uuid4(), address, body=b"{}", headers={})


@contextmanager
def dripping(certificate: Path, *, after: float) -> Iterator[int]:
    """Give the port of a receiver that shakes hands after a while, and never ends its answer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    ended = Event()

    def answer(listening: socket.socket) -> None:
        with suppress(OSError):
            line, _ = listening.accept()
            time.sleep(after)
            with context.wrap_socket(line, server_side=True) as secured:
                for _ in range(60):
                    secured.send(b"H")
                    ended.wait(LONGEST / 6)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=answer, args=[listening], daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
    thread.join()


def test_a_receiver_that_is_slow_to_be_found_and_then_drips_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(posting, "LONGEST", LONGEST)
    look = socket.getaddrinfo

    def look_slowly(*asked: Any, **how: Any) -> Any:
        time.sleep(LONGEST * 2 / 3)
        return look(*asked, **how)

    with dripping(certificate, after=LONGEST / 6) as port:
        monkeypatch.setattr(socket, "getaddrinfo", look_slowly)
        began = time.monotonic()
        outcome = post(letter_to(f"https://localhost:{port}/"), private=True)

        assert outcome.failure == "cut_off"
        assert time.monotonic() - began < LONGEST * 6


@pytest.mark.parametrize("address", ["https://[fd00::a]", "https://[fd00::1]/hooks"])
def test_an_address_of_the_sixth_version_needs_no_port(address: str) -> None:
    assert post(letter_to(address), private=False) == Outcome("private_address")


def test_a_receiver_whose_name_nobody_knows_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def know_nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", know_nobody)

    assert post(letter_to("https://nobody.invalid/"), private=True) == Outcome("unknown_host")


def test_a_receiver_that_is_not_there_refuses_and_one_that_never_answers_is_too_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "LONGEST", LONGEST / 5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        silent = post(letter_to(address), private=True)
    gone = post(letter_to(address), private=True)

    assert (silent, gone) == (Outcome("too_slow"), Outcome("refused"))
