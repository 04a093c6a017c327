"""The head of a community's chain, signed and published, so that anybody may hold a copy of it.

Whoever has one knows what the chain was: nobody can give them another of the same number.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from loyalty.cards.keys import key_id_of
from loyalty.cards.signing import PurposeSigner
from loyalty.rules.errors import LoyaltyError

PURPOSE = b"loyalty audit head v1\0"
"""Begins the signed bytes, so that a signature made for anything else signs no head."""


class BadHeadError(LoyaltyError):
    """The document is no published head, or this key did not sign it."""


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of a community's chain at one moment."""

    community: str
    """Slug of the community."""
    number: int
    """Of the link, from 1 on."""
    linked_at: str
    """RFC 3339, with offset."""
    head: str
    """64 hexadecimal digits, from `rules.audit_chain`."""


def sign_head(head: AuditHead, private_raw: bytes) -> str:
    """Return the signature of a head, in base64url."""
    return PurposeSigner(private_raw, purpose=PURPOSE).get_signature(_encode(head)).decode()


def make_head_document(head: AuditHead, key_id: str, signature: str) -> dict[str, Any]:
    """Return a head as it is published: `head`, `key_id` and `signature`."""
    return {"head": asdict(head), "key_id": key_id, "signature": signature}


def read_head(document: object) -> tuple[AuditHead, str, str]:
    """Return the head of a document, the id of the key that is said to have signed it, and how.

    Raises:
        BadHeadError: it has not the members of one.
    """
    match document:
        case {
            "head": {
                "community": str(community),
                "number": int(number),
                "linked_at": str(linked_at),
                "head": str(head),
            },
            "key_id": str(key_id),
            "signature": str(signature),
        }:
            return AuditHead(community, number, linked_at, head), key_id, signature
        case _:
            raise BadHeadError("The document has not the members of a published head.")


def is_signed(head: AuditHead, key_id: str, signature: str, keys: Mapping[str, bytes]) -> bool:
    """Return whether one of some public keys, given by their ids, made a signature."""
    public = keys.get(key_id)
    if public is None or key_id_of(public) != key_id:
        return False
    return PurposeSigner(public, purpose=PURPOSE).verify_signature(_encode(head), signature)


def _encode(head: AuditHead) -> bytes:
    """Return the signed bytes: JSON in ASCII, members sorted, no blanks."""
    return json.dumps(asdict(head), separators=(",", ":"), sort_keys=True).encode()
