"""The list of cards that no longer work, numbered and signed, so that a till can hold a copy.

A serial is listed by a hash bound to its community. That keeps serials from lying about in the
open; it keeps no secret, since there are only 10^12 serials to try.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

from loyalty.cards.keys import derive_public_key, key_id_of
from loyalty.cards.signing import PurposeSigner
from loyalty.rules.card_state import CardState
from loyalty.rules.errors import LoyaltyError

PURPOSE = b"loyalty revocations v1\0"
"""Begins the signed bytes, so that a signature made for anything else signs no list."""

_SERIAL_HASH = re.compile(r"[0-9a-f]{16}")


class BadListError(LoyaltyError):
    """The document is no revocation list, whoever signed it."""


class ForgedListError(LoyaltyError):
    """The document is a revocation list, and this key did not sign it."""


@dataclass(frozen=True, slots=True, order=True)
class RevocationEntry:
    """One card that does not work. Out of range it cannot be made: BadListError."""

    serial_hash: str
    """From `hash_serial`: 16 lower-case hexadecimal digits."""
    state: CardState
    """Revoked for good, or suspended until further notice."""

    def __post_init__(self) -> None:
        if not _SERIAL_HASH.fullmatch(self.serial_hash):
            raise BadListError("A serial's hash is 16 lower-case hexadecimal digits.")
        if self.state not in {CardState.REVOKED, CardState.SUSPENDED}:
            raise BadListError("A listed card is revoked or suspended.")


@dataclass(frozen=True, slots=True)
class RevocationList:
    """The cards of a community that stopped working early. Unordered it is a BadListError."""

    community: str
    """Slug of the community."""
    number: int
    """From 1 on, one more with each list: a reader never goes back to a lower one."""
    issued_at: str
    """RFC 3339, with offset."""
    entries: tuple[RevocationEntry, ...]
    """Sorted by their hashes, each card once."""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise BadListError("Revocation lists are numbered from 1.")
        if not _is_aware(self.issued_at):
            raise BadListError("A revocation list is issued at an instant with offset.")
        if any(one.serial_hash >= next_.serial_hash for one, next_ in pairwise(self.entries)):
            raise BadListError("The entries of a revocation list are sorted, each card once.")


def hash_serial(community: str, serial: str) -> str:
    """Return the 16 hexadecimal digits by which a community's list names a card's serial."""
    return sha256(f"loyalty serial|{community}|{serial}".encode()).hexdigest()[:16]


def sign_list(revocations: RevocationList, key_id: str, private_raw: bytes) -> dict[str, Any]:
    """Return the list as a JSON document: `list`, `key_id` and `signature` (base64url).

    Raises:
        BadListError: the key id is not this private key's.
    """
    if key_id_of(derive_public_key(private_raw)) != key_id:
        raise BadListError("The list names another key than the one that signs it.")
    signature = PurposeSigner(private_raw, purpose=PURPOSE).get_signature(
        _encode_canonical(revocations)
    )
    return {"list": asdict(revocations), "key_id": key_id, "signature": signature.decode()}


def verify_list(document: Mapping[str, Any], public_raw: bytes) -> RevocationList:
    """Return the list of a JSON document, once its signature is found to be this key's.

    Raises:
        BadListError: not a document of exactly the members and order that `sign_list` gives.
        ForgedListError: the key did not sign it, or the document names another key.
    """
    revocations, key_id, signature = _split_document(document)
    if key_id != key_id_of(public_raw):
        raise ForgedListError("The list names another key.")
    reader = PurposeSigner(public_raw, purpose=PURPOSE)
    if not reader.verify_signature(_encode_canonical(revocations), signature):
        raise ForgedListError("The key did not sign this list.")
    return revocations


def _split_document(document: Mapping[str, Any]) -> tuple[RevocationList, str, str]:
    match document:
        case {
            "list": {
                "community": str(community),
                "number": int(number),
                "issued_at": str(issued_at),
                "entries": [*entries],
                **unknown,
            },
            "key_id": str(key_id),
            "signature": str(signature),
            **unknown_beside,
        } if not unknown and not unknown_beside:
            listed = tuple(_read_entry(entry) for entry in entries)
            return RevocationList(community, number, issued_at, listed), key_id, signature
        case _:
            raise BadListError("The document has not the members of a revocation list.")


def _read_entry(entry: object) -> RevocationEntry:
    match entry:
        case {"serial_hash": str(hashed), "state": "revoked" | "suspended" as state, **unknown} if (
            not unknown
        ):
            return RevocationEntry(hashed, CardState(state))
        case _:
            raise BadListError("An entry has not the members of a revocation list's entry.")


def _encode_canonical(revocations: RevocationList) -> bytes:
    """Return the signed bytes of a list: JSON in ASCII, members sorted, no blanks."""
    return json.dumps(asdict(revocations), separators=(",", ":"), sort_keys=True).encode()


def _is_aware(instant: str) -> bool:
    try:
        return datetime.fromisoformat(instant).tzinfo is not None
    except ValueError:
        return False
