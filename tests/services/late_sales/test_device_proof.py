from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.offline import FIRST_PREVIOUS, encode_for_signing
from loyalty.services.late_sales.device_proof import device_key, proof_of
from tests.given_late_sales import Device

DEVICE = Device()
KEY = device_key(DEVICE.public_key)
ITEM = {
    "idempotency_key": "0b0f6d0e-8a4e-4f3c-9d57-0a8f6f2f7f11",
    "happened_at": "2026-12-09T10:21:00+08:00",
    "code": "48210973351026",
    "total_fen": 1290,
}

SEALED = DEVICE.seal(ITEM)


def test_a_device_proves_its_sales_one_after_the_other() -> None:
    device = Device()
    key = device_key(device.public_key)

    first, second = (proof_of(device.seal(ITEM), key) for _ in range(2))

    assert first is not None
    assert second is not None
    assert (first.number, first.previous) == (1, FIRST_PREVIOUS)
    assert (second.number, second.previous) == (2, first.digest)


def test_the_order_of_the_members_does_not_matter() -> None:
    sealed = DEVICE.seal(ITEM)

    backwards = dict(reversed(sealed.items()))

    assert list(backwards) != list(sealed)
    assert proof_of(backwards, KEY) == proof_of(sealed, KEY)


def test_signed_bytes_are_plain_ascii_without_blanks() -> None:
    item = {"code": "卡\x7f\n", "device": {"signature": "x", "number": 1}, "total_fen": 5}

    signed = encode_for_signing(item)

    assert signed == (
        b'loyalty sale v1\0{"code":"\\u5361\\u007f\\n","device":{"number":1},"total_fen":5}'
    )


@pytest.mark.parametrize("member", ["idempotency_key", "happened_at", "code", "total_fen"])
def test_a_sale_changed_after_signing_is_not_proven(member: str) -> None:
    sealed = DEVICE.seal(ITEM)

    assert proof_of(sealed, KEY) is not None
    assert proof_of({**sealed, member: "1"}, KEY) is None
    assert proof_of({**sealed, "payable_fen": 1}, KEY) is None
    assert proof_of({name: sealed[name] for name in sealed if name != member}, KEY) is None


@pytest.mark.parametrize(
    "device",
    [
        None,
        {},
        "x",
        [],
        {"number": 0},
        {"number": -1},
        {"number": True},
        {"number": 2**31},
        {"number": 10**400},
        {"number": 1.0},
        {"number": "1"},
        {"previous": "0" * 63},
        {"previous": "A" * 64},
        {"previous": None},
        {"signature": "A" * 86},
        {"signature": "A" * 85 + "B"},
        {"signature": "é" * 86},
        {"signature": ""},
        {"more": 1},
    ],
    ids=str,
)
def test_a_proof_of_another_shape_is_none(device: object) -> None:
    sealed = DEVICE.seal(ITEM)
    if isinstance(device, dict) and device:
        device = {**sealed["device"], **device}

    assert proof_of({**sealed, "device": device}, KEY) is None


def test_a_sale_without_a_device_is_not_proven() -> None:
    assert proof_of(ITEM, KEY) is None


def test_another_devices_signature_proves_nothing() -> None:
    assert proof_of(Device().seal(ITEM), KEY) is None


@given(place=st.integers(0, 63), bit=st.integers(0, 7))
def test_no_other_signature_proves_it(place: int, bit: int) -> None:
    raw = bytearray(urlsafe_b64decode(SEALED["device"]["signature"] + "=="))
    raw[place] ^= 1 << bit
    signature = urlsafe_b64encode(raw).rstrip(b"=").decode()

    changed = {**SEALED, "device": {**SEALED["device"], "signature": signature}}

    assert proof_of(changed, KEY) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k",
        "A" * 87,
        "B" + "A" * 86,
        DEVICE.public_key[:-1],
        DEVICE.public_key + "A",
        DEVICE.public_key[:-1] + "=",
        " " + DEVICE.public_key[1:],
        "é" * 87,
    ],
    ids=range(9),
)
def test_what_is_no_point_of_the_curve_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        device_key(text)


def test_a_key_has_one_spelling() -> None:
    letters = DEVICE.public_key
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[:-1] + alphabet[alphabet.index(letters[-1]) | 1]

    assert other != letters
    with pytest.raises(ValueError, match="bits to spare"):
        device_key(other)
