"""Late sales: a device that signs them as docs/offline.md has it, and cases about them."""

import json
from base64 import urlsafe_b64encode
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, SaleCase, Shop
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    signed_in,
)

SYNC = "/api/v1/redemptions/sync"
CASES = "/api/v1/cases"


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

    def copy(self) -> Self:
        """Return a second device with the same key, at the same number: there should be none."""
        return copy(self)

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


@dataclass(frozen=True, slots=True)
class LateMarket:
    """A market with a card, a shop and its till, and staff who look at what comes in late."""

    client: FlaskClient
    community: Community
    shop: Shop
    card: Card
    till: dict[str, str]
    staff: dict[str, str]

    def upload(self, *items: dict[str, Any], till: dict[str, str] | None = None) -> list[Any]:
        """Send late sales; return outcome and verdict of each."""
        answer = self.client.post(SYNC, headers=till or self.till, json={"items": items})
        assert answer.status_code == HTTPStatus.OK, answer.json
        return [(result["outcome"], result["verdict"]) for result in answer.json["results"]]

    def cases(self, query: str = "?open=true") -> list[dict[str, Any]]:
        """Return the cases that staff see, the longest waiting first."""
        items: list[dict[str, Any]] = self.client.get(CASES + query, headers=self.staff).json[
            "items"
        ]
        return items

    def decide(
        self, case_id: UUID | str, decision: str = "accept", *, by: dict[str, str] | None = None
    ) -> Any:
        """Decide a case; return the answer."""
        return self.client.post(
            f"{CASES}/{case_id}/decision",
            headers=self.staff if by is None else by,
            json={"decision": decision, "reason": "店主说明了情况"},
        )


def given_late_market(client: FlaskClient, session: Session) -> LateMarket:
    """A market whose card works in December 2026."""
    community = given_community(session)
    shop, card = given_shop(session, community), given_card(session, community)
    return LateMarket(
        client=client,
        community=community,
        shop=shop,
        card=card,
        till=paired_till(session, shop),
        staff=signed_in(session, community, Role.STAFF),
    )


def late_sale(
    code: str, *, at: datetime = NOON - timedelta(hours=3), **values: Any
) -> dict[str, Any]:
    """A sale made without network, as it is uploaded."""
    return {
        "idempotency_key": str(uuid4()),
        "happened_at": at.isoformat(),
        "code": code,
        "total_fen": 1000,
        **values,
    }


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
