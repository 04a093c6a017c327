"""How messages are addressed, signed, and tried again."""

import hashlib
import hmac
from base64 import b64encode
from datetime import timedelta
from uuid import uuid4

import pytest

from loyalty.rules.messages import (
    FIRST_WAIT,
    LONGEST_WAIT,
    AddressFault,
    ReferenceFault,
    clean_reference,
    find_address_fault,
    find_event_wait,
    find_reference_fault,
    find_wait,
    is_public,
    make_message_secret,
    sign_by_standard,
    sign_message,
)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://messenger.example/loyalty", None),
        ("https://messenger.example:8443/a?b=c", None),
        ("https://[2001:db8::1]/", None),
        ("http://messenger.example/", AddressFault.NOT_HTTPS),
        ("ftp://messenger.example/", AddressFault.NOT_ONE),
        ("messenger.example", AddressFault.NOT_ONE),
        ("https://", AddressFault.NOT_ONE),
        ("https://messenger.example:0/", AddressFault.NOT_ONE),
        ("https://messenger.example:99999/", AddressFault.NOT_ONE),
        ("https://messenger.example/a b", AddressFault.NOT_ONE),
        ("https://messenger.example/\r\nHost: other", AddressFault.NOT_ONE),
        ("https://田园.example/", AddressFault.NOT_ONE),
        ("https://user:word@messenger.example/", AddressFault.HAS_MORE),
        ("https://messenger.example/#part", AddressFault.HAS_MORE),
        (f"https://messenger.example/{'a' * 474}", None),
        (f"https://messenger.example/{'a' * 475}", AddressFault.NOT_ONE),
    ],
)
def test_messages_go_to_a_plain_address_of_https(address: str, fault: AddressFault | None) -> None:
    assert find_address_fault(address) is fault


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("oT8Gr5-hWzL_2kq9XyAbCdEfGh12", None),
        (" ｏＴ８Ｇｒ５ ｘＹ ", None),
        ("abcdefg1", None),
        ("abcdef1", ReferenceFault.NOT_ONE),
        ("a" * 128, None),
        ("a" * 129, ReferenceFault.NOT_ONE),
        ("1234567890123456", ReferenceFault.NOT_ONE),
        ("张小明12345678", ReferenceFault.NOT_ONE),
        ("13800138000", ReferenceFault.TELEPHONE),
        ("wx_138-0013-8000", ReferenceFault.TELEPHONE),
        ("tel8613800138000", ReferenceFault.TELEPHONE),
    ],
)
def test_a_reference_names_nobody_to_others(typed: str, fault: ReferenceFault | None) -> None:
    assert find_reference_fault(clean_reference(typed)) is fault


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1"),
    ],
)
def test_nothing_is_sent_into_a_network_of_our_own(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_sent_to(address: str) -> None:
    assert is_public(address)


def test_a_signature_is_what_the_manual_says_of_it() -> None:
    secret, body = make_message_secret(), b'{"id":"1"}'
    expected = hmac.new(secret.encode(), b"1796788800." + body, hashlib.sha256).hexdigest()

    assert sign_message(body, secret, 1796788800) == f"t=1796788800,v1={expected}"
    assert sign_message(body, make_message_secret(), 1796788800) != f"t=1796788800,v1={expected}"
    assert sign_message(body, secret, 1796788801).partition(",v1=")[2] != expected


def test_a_signature_is_what_standard_webhooks_says_of_it() -> None:
    # The example that the libraries of the standard are tested by.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    message, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    assert sign_by_standard(message, body, secret, 1614265330) == expected


@pytest.mark.parametrize("spelled", ["_-8_-A", "/+8/+A=="])
def test_a_secret_of_before_the_standard_signs_too(spelled: str) -> None:
    message = uuid4()
    signed = hmac.new(b"\xff\xef?\xf8", f"{message}.5.".encode() + b"{}", hashlib.sha256).digest()

    signature = sign_by_standard(message, b"{}", f"whsec_{spelled}", 5)

    assert signature == f"v1,{b64encode(signed).decode()}"


def test_each_wait_is_twice_as_long_up_to_a_quarter_of_an_hour() -> None:
    assert [find_wait(failures) for failures in (0, 1, 2, 3)] == [
        FIRST_WAIT,
        FIRST_WAIT,
        FIRST_WAIT * 2,
        FIRST_WAIT * 4,
    ]
    assert find_wait(8) == timedelta(seconds=640)
    assert find_wait(9) == find_wait(10_000) == LONGEST_WAIT


def test_an_event_is_tried_on_the_schedule_of_standard_webhooks_and_then_given_up() -> None:
    waits = [find_event_wait(failures) for failures in range(1, 11)]

    assert waits[:3] == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    assert waits[8:] == [timedelta(hours=24), None]
    assert sum(filter(None, waits), timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
