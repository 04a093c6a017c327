"""Late sales: a device that signs them as docs/offline.md has it, and cases about them."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from loyalty.models import Community, SaleCase
from tests.given import NOON, given_shop


class Device:
    """A device with a key of its own, which numbers, chains and signs late sales."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._last = bytes(32)
        self.number = 0

    @property
    def public_key(self) -> str:
        """The key as it is told when the till is paired."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _base64url(point)

    def seal(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an item under the next number, signed."""
        self.number += 1
        device = {"number": self.number, "previous": self._last.hex()}
        unsigned = json.dumps({**item, "device": device}, separators=(",", ":"), sort_keys=True)
        signed = b"loyalty sale v1\0" + unsigned.encode("ascii")
        self._last = sha256(signed).digest()
        first, second = decode_dss_signature(self._key.sign(signed, ec.ECDSA(SHA256())))
        signature = first.to_bytes(32) + second.to_bytes(32)
        return {**item, "device": {**device, "signature": _base64url(signature)}}


def given_case(session: Session, community: Community, **values: Any) -> SaleCase:
    """A case about a sale that named no card."""
    shop_id = values.pop("shop_id", None) or given_shop(session, community).id
    case = SaleCase(
        **{
            "community_id": community.id,
            "shop_id": shop_id,
            "kind": "refused",
            "verdict": "unknown",
            "idempotency_key": uuid4(),
            "opened_at": NOON,
            **values,
        }
    )
    session.add(case)
    session.flush()
    return case


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
