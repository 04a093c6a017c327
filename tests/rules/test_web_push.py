"""What a browser hands over is known by its form before anything is kept of it."""

from dataclasses import replace

import pytest

from loyalty.rules.web_push import LONGEST_ENDPOINT, Device, is_of_a_browser
from tests.push_browsers import Browser, unpadded

DEVICE = Browser().device


def test_what_a_browser_hands_over_is_taken() -> None:
    assert is_of_a_browser(DEVICE)
    assert (DEVICE.service, DEVICE.audience) == ("push.example", "https://push.example")


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("push.example:8443", "push.example:8443"),
        ("push.example:443", "push.example"),
        ("push.example:", "push.example"),
        ("PUSH.example", "push.example"),
    ],
)
def test_a_push_service_is_a_host_and_a_port(host: str, service: str) -> None:
    """As an origin is written (RFC 6454): nobody shares one by writing it in another way."""
    device = replace(DEVICE, endpoint=f"https://{host}/to/1")

    assert is_of_a_browser(device)
    assert (device.service, device.audience) == (service, f"https://{service}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/to/1"},
        {"endpoint": "https://somebody:secret@push.example/"},
        {"endpoint": "https://[2001:db8::1]/to/1"},
        {"endpoint": ""},
        {"p256dh": ""},
        {"p256dh": "no base64url"},
        {"p256dh": unpadded(b"\3" + bytes(64))},
        {"p256dh": unpadded(b"\4" + bytes(63))},
        {"auth": unpadded(bytes(15))},
        {"auth": unpadded(bytes(17))},
    ],
)
def test_anything_else_is_not(wrong: dict[str, str]) -> None:
    assert not is_of_a_browser(replace(DEVICE, **wrong))


@pytest.mark.parametrize(("letters", "taken"), [(LONGEST_ENDPOINT, True), (1001, False)])
def test_an_address_may_be_long_and_not_endless(*, letters: int, taken: bool) -> None:
    begins = "https://push.example/"
    endpoint = begins + "a" * (letters - len(begins))

    assert is_of_a_browser(replace(DEVICE, endpoint=endpoint)) is taken


def test_no_log_shows_what_a_device_is_reached_by() -> None:
    assert repr(DEVICE) == "Device()"
    assert isinstance(DEVICE, Device)
