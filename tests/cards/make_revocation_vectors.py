"""Make docs/revocation-list-vectors.json: what a reader of revocation lists must accept and refuse.

Run from the root of the project: `python tests/cards/make_revocation_vectors.py`. It shares no code
with `loyalty.cards`, so that a mistake there cannot make its own vector.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = Path(__file__).parents[2] / "docs" / "revocation-list-vectors.json"
PURPOSE = b"loyalty revocations v1\0"

Document = dict[str, Any]


def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        sha256(f"loyalty vectors, {name}".encode()).digest()
    )


def public_raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def key_id_of(key: Ed25519PrivateKey) -> str:
    return sha256(public_raw(key)).hexdigest()[:6]


DECEMBER = private_key("december")
STRANGER = private_key("stranger")


def entry(serial: str, state: str = "revoked") -> dict[str, str]:
    hashed = sha256(f"loyalty serial|tianyuan|{serial}".encode()).hexdigest()[:16]
    return {"serial_hash": hashed, "state": state}


ENTRIES = sorted(
    [entry("000000000000"), entry("123456789012", "suspended"), entry("999999999999")],
    key=lambda one: one["serial_hash"],
)
LIST: Document = {
    "community": "tianyuan",
    "entries": ENTRIES,
    "issued_at": "2026-12-01T08:00:00+08:00",
    "number": 7,
}


def document(
    signed: Document | None = None, key: Ed25519PrivateKey = DECEMBER, purpose: bytes = PURPOSE
) -> Document:
    """Return a list as it is published, signed over its canonical JSON."""
    listed = LIST if signed is None else signed
    canonical = json.dumps(listed, separators=(",", ":"), sort_keys=True).encode()
    signature = urlsafe_b64encode(key.sign(purpose + canonical)).rstrip(b"=").decode()
    return {"list": listed, "key_id": key_id_of(DECEMBER), "signature": signature}


def accepted() -> Iterator[tuple[str, Document]]:
    yield "ordinary list", document()
    yield "no card has stopped working", document(LIST | {"entries": []})
    yield "first list", document(LIST | {"number": 1})
    yield "members in another order", dict(reversed(document().items()))


def forged() -> Iterator[tuple[str, Document]]:
    good = document()
    yield "signed by a stranger who names our key", document(key=STRANGER)
    yield "signed as a card", document(purpose=b"loyalty card v1\0")
    yield "signed without the purpose's last byte", document(purpose=PURPOSE[:-1])
    yield "number changed after signing", good | {"list": LIST | {"number": 8}}
    yield "card taken off after signing", good | {"list": LIST | {"entries": ENTRIES[1:]}}
    yield (
        "state changed after signing",
        good | {"list": LIST | {"entries": [ENTRIES[0] | {"state": "suspended"}, *ENTRIES[1:]]}},
    )
    yield (
        "signature of another list",
        good | {"signature": document(LIST | {"number": 1})["signature"]},
    )
    yield "padded signature", good | {"signature": good["signature"] + "=="}
    yield "signature with another last letter", good | {"signature": _respelled(good["signature"])}
    """Return a signature with another last letter that decodes to the same bytes."""


def malformed() -> Iterator[tuple[str, Document]]:
    good = document()
    yield "one member more", good | {"also": 1}
    yield "no key named", {name: good[name] for name in ("list", "signature")}
    yield "number 0", document(LIST | {"number": 0})
    yield "number as text", document(LIST | {"number": "7"})
    yield "one member more in the list", document(LIST | {"also": 1})
    yield "entries out of order", document(LIST | {"entries": ENTRIES[::-1]})
    yield "one card twice", document(LIST | {"entries": [ENTRIES[0], *ENTRIES]})
    yield "unknown state", document(LIST | {"entries": [entry("000000000000", "active")]})
    short = {"serial_hash": "0123456789abcde", "state": "revoked"}
    yield "hash of 15 digits", document(LIST | {"entries": [short]})
    capital = {"serial_hash": "0123456789ABCDEF", "state": "revoked"}
    yield "hash in capitals", document(LIST | {"entries": [capital]})


def _respelled(signature: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signature[:-1] + letters[letters.index(signature[-1]) ^ 1]


def text() -> str:
    vectors = [
        {
            "name": name,
            "document": published,
            "key_id": key_id_of(DECEMBER),
            "public_key": public_raw(DECEMBER).hex(),
            "expect": expect,
        }
        for expect, some in (("ok", accepted()), ("forged", forged()), ("bad_list", malformed()))
        for name, published in some
    ]
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
