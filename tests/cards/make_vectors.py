"""Make docs/card-format-vectors.json: what a reader of card tokens must accept and refuse.

Run from the root of the project: `python tests/cards/make_vectors.py`. It shares no code with
`loyalty.cards`, so that a mistake there cannot make its own vector.
"""

import json
from base64 import b32encode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = Path(__file__).parents[2] / "docs" / "card-format-vectors.json"
PURPOSE = b"loyalty card v1\0"
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519: adding it to the second half of a signature gives a malleable copy."""

Vector = dict[str, Any]


def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        sha256(f"loyalty vectors, {name}".encode()).digest()
    )


def public_raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def key_id_of(key: Ed25519PrivateKey) -> str:
    return sha256(public_raw(key)).hexdigest()[:6]


DECEMBER = private_key("december")
JANUARY = private_key("january")
STRANGER = private_key("stranger")


@dataclass(frozen=True)
class Fields:
    key_id: str = key_id_of(DECEMBER)
    serial: str = "123456789012"
    pay_permille: int = 850
    honour_number: int = 2
    months: int = 1


ORDINARY = Fields()


def payload(fields: Fields, version: int = 1) -> bytes:
    bits = (
        f"{version:04b}{int(fields.key_id, 16):024b}{int(fields.serial):040b}"
        f"{fields.pay_permille:010b}{fields.honour_number:06b}{fields.months:04b}"
    )
    return int(bits, 2).to_bytes(11, "big")


def signature(signed: bytes, key: Ed25519PrivateKey = DECEMBER, purpose: bytes = PURPOSE) -> bytes:
    return key.sign(purpose + signed)


def raw(fields: Fields = ORDINARY, version: int = 1, **how: Any) -> bytes:
    signed = payload(fields, version)
    return signed + signature(signed, **how)


def vector(name: str, token: str | bytes, expect: str, key: Ed25519PrivateKey = DECEMBER) -> Vector:
    spelled = token if isinstance(token, str) else b32encode(token).decode()
    return {"name": name, "token": spelled, "public_key": public_raw(key).hex(), "expect": expect}


def accepted() -> Iterator[Vector]:
    lowest = Fields(serial="000000000000", pay_permille=1, honour_number=1, months=1)
    highest = Fields(serial="999999999999", pay_permille=1000, honour_number=63, months=12)
    january = replace(ORDINARY, key_id=key_id_of(JANUARY))
    cases = {
        "ordinary card, 8.5折": ORDINARY,
        "8折": replace(ORDINARY, pay_permille=800),
        "lowest serial": replace(ORDINARY, serial="000000000000"),
        "serial with leading zeros": replace(ORDINARY, serial="000000000001"),
        "highest serial": replace(ORDINARY, serial="999999999999"),
        "lowest rate": replace(ORDINARY, pay_permille=1),
        "highest rate": replace(ORDINARY, pay_permille=1000),
        "lowest honour": replace(ORDINARY, honour_number=1),
        "highest honour": replace(ORDINARY, honour_number=63),
        "three months": replace(ORDINARY, months=3),
        "six months": replace(ORDINARY, months=6),
        "twelve months": replace(ORDINARY, months=12),
        "every field at its lowest": lowest,
        "every field at its highest": highest,
    }
    for name, fields in cases.items():
        yield vector(name, raw(fields), "ok") | {"claims": asdict(fields)}
    token = raw(january, key=JANUARY)
    yield vector("key of another month", token, "ok", JANUARY) | {"claims": asdict(january)}


def damaged() -> Iterator[Vector]:
    places = {
        "first bit of the key id": 4,
        "last bit of the key id": 27,
        "third bit of the serial": 30,
        "last bit of the serial": 67,
        "last bit of the rate": 77,
        "last bit of the honour": 83,
        "second bit of the months": 86,
        "last bit of the signature's first half": 88 + 255,
        "first bit of the signature's second half": 88 + 256,
        "last bit of the signature": 88 + 511,
    }
    ordinary = int.from_bytes(raw(), "big")
    for name, place in places.items():
        flipped = (ordinary ^ 1 << (599 - place)).to_bytes(75, "big")
        yield vector(f"flipped: {name}", flipped, "forged")


def forged() -> Iterator[Vector]:
    yield from damaged()
    signed, good = payload(ORDINARY), signature(payload(ORDINARY))
    second_half = int.from_bytes(good[32:], "little") + GROUP_ORDER
    other = payload(replace(ORDINARY, serial="210987654321"))
    misnamed = replace(ORDINARY, key_id=key_id_of(JANUARY))
    yield vector("signed by a stranger who names our key", raw(key=STRANGER), "forged")
    yield vector("checked with the key of another month", raw(), "forged", JANUARY)
    yield vector("signed by our key, names another", raw(misnamed), "forged")
    yield vector("signature of another card", signed + signature(other), "forged")
    yield vector("signature of zeros", signed + bytes(64), "forged")
    malleable = signed + good[:32] + second_half.to_bytes(32, "little")
    yield vector("signature plus the order of the group", malleable, "forged")
    purposes = {
        "of a revocation list": b"loyalty revocations v1\0",
        "of the next version": b"loyalty card v2\0",
        "without its last byte": b"loyalty card v1",
        "none": b"",
    }
    for name, purpose in purposes.items():
        yield vector(f"wrong purpose: {name}", raw(purpose=purpose), "forged")


def misspelled() -> Iterator[Vector]:
    token = b32encode(raw()).decode()
    cases = {
        "nothing": "",
        "all lower-case": token.lower(),
        "one letter lower-case": token[0].lower() + token[1:],
        "padded by one": token + "=",
        "last letter is padding": token[:-1] + "=",
        "one letter short": token[:-1],
        "one letter more": token + "A",
        "line feed after it": token + "\n",
        "blank in the place of a letter": " " + token[1:],
        "digit 0": "0" + token[1:],
        "digit 1": "1" + token[1:],
        "digit 8": "8" + token[1:],
        "full-width letter": "\N{FULLWIDTH LATIN CAPITAL LETTER C}" + token[1:],
        "base64": b64encode(raw()).decode(),
        "whole URL": f"HTTPS://LOYALTY.EXAMPLE/C/{token}",
    }
    for name, spelled in cases.items():
        yield vector(f"misspelled: {name}", spelled, "bad_token")


def out_of_range() -> Iterator[Vector]:
    for version in (0, 2, 15):
        yield vector(f"signed, version {version}", raw(version=version), "bad_token")
    cases = {
        "serial of 13 digits": replace(ORDINARY, serial="1000000000000"),
        "highest 40 bits in the serial": replace(ORDINARY, serial=str(2**40 - 1)),
        "rate 0": replace(ORDINARY, pay_permille=0),
        "rate 1001": replace(ORDINARY, pay_permille=1001),
        "honour 0": replace(ORDINARY, honour_number=0),
        "no months": replace(ORDINARY, months=0),
        "13 months": replace(ORDINARY, months=13),
    }
    for name, fields in cases.items():
        yield vector(f"signed, {name}", raw(fields), "bad_token")


def text() -> str:
    vectors = [*accepted(), *forged(), *misspelled(), *out_of_range()]
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
