"""The keys under which personal data lies in the database: sealing a value, and finding it again.

What a key seals opens at its own place alone: the table, the column, the community and the record.
Which keys there are, one process is told once, at its start, by `hold_data_keys`.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from loyalty.rules.errors import LoyaltyError

KEY_ID_BYTES = 4
KEY_BYTES = 32

_PURPOSE = b"loyalty personal data v1"
_NONCE_BYTES = 12
_INDEX_LETTERS = 32
"""Of hexadecimal: 128 bits, so that no two homes of a city share one by chance."""


class DataKeyError(LoyaltyError):
    """Personal data does not open: it was sealed with another key, for another place, or harmed."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """What is derived from one secret of the operator."""

    id: bytes
    """Four bytes, with which whatever it has sealed begins."""
    sealing: bytes = field(repr=False)
    indexing: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; at any other place it does not open."""

    table: str
    column: str
    community_id: UUID
    record_id: UUID

    def to_bytes(self) -> bytes:
        """Return what is authenticated with the value."""
        names = f"{self.table}\0{self.column}\0".encode()
        return b"\0".join((_PURPOSE, names + self.community_id.bytes + self.record_id.bytes))


_held: list[DataKey] = []


@cache
def derive_data_key(secret: str) -> DataKey:
    """Return the keys of a secret (RFC 5869)."""
    length = 2 * KEY_BYTES
    derived = HKDF(SHA256(), length=length, salt=None, info=_PURPOSE).derive(secret.encode())
    sealing, indexing = derived[:KEY_BYTES], derived[KEY_BYTES:]
    return DataKey(sha256(_PURPOSE + sealing).digest()[:KEY_ID_BYTES], sealing, indexing)


def hold_data_keys(secrets: Sequence[str]) -> None:
    """Let this process seal with the first of some secrets, and open with any of them."""
    _held[:] = [derive_data_key(secret) for secret in secrets]


def list_data_keys() -> Sequence[DataKey]:
    """Return the keys that are held; the first one is the one to seal with."""
    return tuple(_held)


def get_current_key() -> DataKey:
    """Return the key to seal with.

    Raises:
        DataKeyError: the process was told none.
    """
    if not _held:
        raise DataKeyError("No key for personal data is held; `hold_data_keys` comes first.")
    return _held[0]


def seal_at(place: Place, value: bytes) -> bytes:
    """Return a value encrypted with AES-256-GCM: the key's id, the nonce, and the rest."""
    key = get_current_key()
    nonce = os.urandom(_NONCE_BYTES)
    return key.id + nonce + AESGCM(key.sealing).encrypt(nonce, value, place.to_bytes())


def open_at(place: Place, sealed: bytes) -> bytes:
    """Return a value again.

    Raises:
        DataKeyError: no key that is held has sealed it, or none of it for this place.
    """
    begins, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
    for key in _held:
        if key.id == begins:
            try:
                return AESGCM(key.sealing).decrypt(
                    rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], place.to_bytes()
                )
            except (InvalidTag, ValueError) as error:
                raise DataKeyError(
                    f"A value of {place.table}.{place.column} is damaged, or was sealed for"
                    " another record."
                ) from error
    raise DataKeyError(
        f"A value of {place.table}.{place.column} was sealed with another key, {begins.hex()}."
        " Set LOYALTY_DATA_KEY, or LOYALTY_SECRET_KEY where there is none, to what it was;"
        " after a change, LOYALTY_OLD_DATA_KEY."
    )


def is_sealed_now(sealed: bytes) -> bool:
    """Return whether a value was sealed with the key to seal with."""
    return sealed[:KEY_ID_BYTES] == get_current_key().id


def make_index(text: str, *, table: str, column: str, community_id: UUID) -> str:
    """Return by what a text is found that lies sealed: equal for equal texts of one community.

    Args:
        text: in its canonical form.
        column: of the index, so that what stands in two of them is not seen to be equal.
    """
    told = f"{table}\0{column}\0".encode() + community_id.bytes + text.encode()
    return hmac.digest(get_current_key().indexing, told, "sha256").hex()[:_INDEX_LETTERS]


def derive_for(purpose: str, community_id: UUID, *, length: int) -> bytes:
    """Return bytes that are of one purpose and community alone, the same until the key changes.

    Args:
        length: of these, at most 8160.
    """
    info = b"\0".join((_PURPOSE, purpose.encode(), community_id.bytes))
    return HKDFExpand(SHA256(), length, info).derive(get_current_key().indexing)
